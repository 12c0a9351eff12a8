"""What every test shares: hypothesis profiles, and no sockets where no door is tested."""

import os

from hypothesis import HealthCheck, settings

SLOW_MACHINE = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("dev", max_examples=40, deadline=None, suppress_health_check=SLOW_MACHINE)
settings.register_profile(
    "test", max_examples=200, deadline=None, suppress_health_check=SLOW_MACHINE
)
settings.register_profile(
    "ci", max_examples=2000, deadline=None, suppress_health_check=SLOW_MACHINE, print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))
