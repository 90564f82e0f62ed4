"""Addresses of people, invitations and the audit trail."""

from django.urls import path

from accounts.views import audit, invitations, people

app_name = "accounts"
urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/role/", people.choose_role, name="choose_role"),
    path("people/<int:pk>/role/<slug:role>/", people.give_role, name="give_role"),
    path("people/roles/<int:pk>/end/", people.end_role, name="end_role"),
    path("people/invite/", invitations.choose_role, name="choose_invitation_role"),
    path("people/invite/<slug:role>/", invitations.fill_in_invitation, name="invite"),
    path("people/invitations/", invitations.invitations, name="invitations"),
    path("people/invitations/<int:pk>/", invitations.invitation, name="invitation"),
    path("people/invitations/<int:pk>/resend/", invitations.resend, name="resend_invitation"),
    path("people/invitations/<int:pk>/withdraw/", invitations.withdraw, name="withdraw_invitation"),
    path("link/invitation/<str:secret>/", invitations.accept, name="accept_invitation"),
    path("audit/", audit.trail, name="audit"),
    path("audit/rows/", audit.rows, name="audit_rows"),
    path("audit/person/<int:pk>/", audit.person, name="audit_person"),
    path("audit/<str:label>/<int:pk>/", audit.thing, name="audit_thing"),
]
