"""Addresses of this app."""

from django.urls import path

from data_collection.views import decisions, entities, link, requests, windows

app_name = "data_collection"
urlpatterns = [
    path("collection/", entities.index, name="entities"),
    path("collection/download/", entities.download, name="entities_download"),
    path("collection/entities/<int:pk>/", entities.entity, name="entity"),
    path("collection/entities/<int:pk>/send/", requests.send, name="send"),
    path("collection/entities/<int:pk>/decide/", decisions.decide, name="decide"),
    path("collection/entities/<int:pk>/agreements/new/", decisions.add_agreement, name="add_agreement"),
    path("collection/decisions/<int:pk>/end/", decisions.end, name="end_decision"),
    path("collection/requests/<int:pk>/", requests.show, name="request"),
    path("collection/requests/<int:pk>/download/", requests.download, name="request_download"),
    path("collection/requests/<int:pk>/resend/", requests.send_again, name="resend"),
    path("collection/requests/<int:pk>/reopen/", requests.reopen, name="reopen"),
    path("collection/requests/<int:pk>/withdraw/", requests.withdraw, name="withdraw"),
    path("collection/windows/", windows.index, name="windows"),
    path("collection/windows/<int:school_year>/", windows.edit, name="edit_window"),
    path("collection/retention/", windows.retention, name="retention"),
    path("link/questionnaire/<str:secret>/", link.welcome, name="link_welcome"),
    path("link/questionnaire/<str:secret>/sections/", link.tasks, name="link_tasks"),
    path("link/questionnaire/<str:secret>/sections/<str:code>/", link.section, name="link_section"),
    path("link/questionnaire/<str:secret>/check/", link.check, name="link_check"),
    path("link/questionnaire/<str:secret>/submit/", link.submit, name="link_submit"),
    path("link/questionnaire/<str:secret>/done/", link.done, name="link_done"),
]
