"""All addresses. Each app brings its own under one prefix."""

from django.contrib import admin
from django.urls import include, path

from octe_certs import gallery, health, home, pages

handler400 = "octe_certs.errors.bad_request"
handler403 = "octe_certs.errors.forbidden"
handler404 = "octe_certs.errors.not_found"
handler500 = "octe_certs.errors.server_error"

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("help/", pages.help_page, name="help"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("account/", pages.account, name="account"),
    path("catalogue/", pages.old_catalog_address, name="old_catalog"),
    path("catalogue/<path:rest>", pages.old_catalog_address, name="old_catalog_page"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/3rdparty/", include("allauth.socialaccount.urls")),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("certifications.urls")),
    path("", include("sme_review.urls")),
    path("", include("data_collection.urls")),
    path("", include("datasets.urls")),
]
