"""Every address of the site."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy
from django.views.i18n import set_language
from oauth2_provider.models import AccessToken, Application, Grant, IDToken, RefreshToken

# The admin has no sign-in of its own: one door, one set of rate limits.
setattr(admin.site, "login", secure_admin_login(admin.site.login))  # noqa: B010
# Secrets are shown to nobody: people, passkeys and links are managed under "People", clients and
# their tokens under "Connected systems".
for secret in (
    Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken,
    AccessToken, Application, Grant, IDToken, RefreshToken,
):  # fmt: skip
    admin.site.unregister(secret)
admin.site.site_header = gettext_lazy("HepCalc administration")
admin.site.site_title = "HepCalc"
admin.site.index_title = gettext_lazy("Records and reference data")

urlpatterns = [
    path("accounts/", include("hepcalc_site.account_urls")),
    path("admin/", admin.site.urls),
    path("language/", set_language, name="set_language"),
    path("smart/", include("hepcalc_site.smart.urls")),
    path("", include("surveillance.api.urls")),
    path("", include("surveillance.web.urls")),
]
