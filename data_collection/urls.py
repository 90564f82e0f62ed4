"""Addresses of this app."""

from django.urls import path

from data_collection.views import answers, decisions, entities, questionnaire_requests, windows

app_name = "data_collection"
urlpatterns = [
    path("collection/", entities.index, name="entities"),
    path("collection/download/", entities.download, name="entities_download"),
    path("collection/entities/<int:pk>/", entities.show, name="entity"),
    path("collection/entities/<int:pk>/send/", questionnaire_requests.send, name="send"),
    path("collection/entities/<int:pk>/decide/", decisions.decide, name="decide"),
    path("collection/entities/<int:pk>/agreements/new/", decisions.add_agreement, name="add_agreement"),
    path("collection/decisions/<int:pk>/end/", decisions.end, name="end_decision"),
    path("collection/requests/<int:pk>/", questionnaire_requests.show, name="questionnaire_request"),
    path(
        "collection/requests/<int:pk>/download/", questionnaire_requests.download, name="questionnaire_request_download"
    ),
    path("collection/requests/<int:pk>/resend/", questionnaire_requests.send_again, name="resend"),
    path("collection/requests/<int:pk>/reopen/", questionnaire_requests.reopen, name="reopen"),
    path("collection/requests/<int:pk>/withdraw/", questionnaire_requests.withdraw, name="withdraw"),
    path("collection/windows/", windows.index, name="windows"),
    path("collection/windows/<int:school_year>/", windows.edit, name="edit_window"),
    path("collection/retention/", windows.retention, name="retention"),
    path("link/questionnaire/<str:secret>/", answers.welcome, name="link_welcome"),
    path("link/questionnaire/<str:secret>/sections/", answers.tasks, name="link_tasks"),
    path("link/questionnaire/<str:secret>/sections/<str:code>/", answers.section, name="link_section"),
    path("link/questionnaire/<str:secret>/check/", answers.check, name="link_check"),
    path("link/questionnaire/<str:secret>/submit/", answers.submit, name="link_submit"),
    path("link/questionnaire/<str:secret>/done/", answers.done, name="link_done"),
]
