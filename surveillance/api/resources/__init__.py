"""What other systems may read: each resource with its fields and filters."""
