"""One verb, one file, one public function; the only code that writes."""
