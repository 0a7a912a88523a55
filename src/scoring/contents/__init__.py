"""What a package holds, in JSON's own types and arrays, and how it is read back: a module for each kind."""
