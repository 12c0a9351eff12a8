"""What a registry row says, compared with what is on record, without writing anything."""
