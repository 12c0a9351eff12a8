"""Outside formats, translated into what the workflows take."""
