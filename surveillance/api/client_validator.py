"""Who gets a token: a client whose account is there and switched on."""

from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator


class ClientValidator(OAuth2Validator):  # type: ignore[misc]  # untyped library
    """As the library's; a token that nobody may use is not given (`unauthorized_client`)."""

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Any, request: Any, *args: Any, **more: Any
    ) -> bool:
        """Whether the client may ask in this way now: it acts as its account."""
        account = client.user
        if account is None or not account.is_active:
            return False
        allowed: bool = super().validate_grant_type(
            client_id, grant_type, client, request, *args, **more
        )
        return allowed
