"""What EC2 has and the emulator lacks, or has otherwise. Each module has an `install`."""
