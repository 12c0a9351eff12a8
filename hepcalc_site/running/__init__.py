"""`manage.py up`: broker, web, worker and beat as children of one process."""
