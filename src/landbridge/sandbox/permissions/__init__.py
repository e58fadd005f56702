"""What a role may do: its policies judged as AWS documents it, for every call that is made with a role's credentials."""
