"""Every address of the site."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# The admin has no sign-in of its own: one door, one set of rate limits.
setattr(admin.site, "login", secure_admin_login(admin.site.login))  # noqa: B010
admin.site.site_header = "HepCalc administration"
admin.site.site_title = "HepCalc"
admin.site.index_title = "Records and reference data"

urlpatterns = [
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/signup/", account.signup, name="account_signup"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
    path("admin/", admin.site.urls),
    path("", include("surveillance.web.urls")),
]
