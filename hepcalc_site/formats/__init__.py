"""How numbers are written, by language, where Django itself writes them."""
