"""Ways to reach people: each returns a receipt, or raises `DeliveryFailed`."""
