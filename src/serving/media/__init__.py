"""Pictures: read by a process of its own, kept under the hash of what they hold."""
