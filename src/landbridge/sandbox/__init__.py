"""An embedded AWS: the API emulator in a process of its own, with what it lacks."""
