"""Addresses of this app."""

from django.urls import URLPattern, path

from sme_review.views import (
    assignment,
    certifications,
    coverage,
    decisions,
    link,
    panelists,
    panels,
    rating,
    results,
    rounds,
)

app_name = "sme_review"
urlpatterns: list[URLPattern] = [
    path("panels/", panels.panel_list, name="panels"),
    path("panels/new/", panels.new_panel, name="new_panel"),
    path("panels/<int:pk>/", panels.panel_detail, name="panel"),
    path("panels/<int:pk>/rules/", panels.panel_rules, name="rules"),
    path("panels/<int:pk>/put-away/", panels.put_away, name="put_away"),
    path("panels/<int:pk>/certifications/", certifications.certifications, name="certifications"),
    path("panels/<int:pk>/certifications/<int:entry_pk>/", certifications.change_certification, name="certification"),
    path(
        "panels/<int:pk>/certifications/<int:entry_pk>/remove/",
        certifications.remove_certification,
        name="remove_certification",
    ),
    path("panels/<int:pk>/panelists/", panelists.panelists, name="panelists"),
    path("panels/<int:pk>/panelists/paste/", panelists.paste_panelists, name="paste_panelists"),
    path("panels/<int:pk>/panelists/<int:panelist_pk>/remove/", panelists.remove_panelist, name="remove_panelist"),
    path("panels/<int:pk>/panelists/<int:panelist_pk>/link/", panelists.send_link, name="send_link"),
    path("panels/<int:pk>/assignment/", assignment.assignment, name="assignment"),
    path("panels/<int:pk>/assignment/preview/", assignment.preview, name="assignment_preview"),
    path(
        "panels/<int:pk>/assignment/certifications/<int:entry_pk>/",
        assignment.of_certification,
        name="assignment_certification",
    ),
    path("panels/<int:pk>/assignment/panelists/<int:panelist_pk>/", assignment.of_panelist, name="assignment_panelist"),
    path("panels/<int:pk>/open/", rounds.open_round, name="open_round"),
    path("panels/<int:pk>/round/", rounds.show_round, name="round"),
    path("panels/<int:pk>/round/close/", rounds.close_round, name="close_round"),
    path("panels/<int:pk>/results/", results.results, name="results"),
    path("panels/<int:pk>/results.csv", results.download_results, {"kind": "csv"}, name="download_results"),
    path("panels/<int:pk>/results.xlsx", results.download_results, {"kind": "xlsx"}, name="download_results_xlsx"),
    path("panels/<int:pk>/coverage/", coverage.coverage, name="coverage"),
    path("panels/<int:pk>/coverage.svg", coverage.picture, name="coverage_picture"),
    path("panels/<int:pk>/coverage.csv", coverage.download_coverage, name="download_coverage"),
    path("panels/<int:pk>/recommend/", decisions.recommend, name="recommend"),
    path("panels/<int:pk>/decide/", decisions.decide, name="decide"),
    path("link/panel/<str:secret>/", link.welcome, name="link_welcome"),
    path("link/panel/<str:secret>/conflicts/", link.conflicts, name="link_conflicts"),
    path("link/panel/<str:secret>/standards/", link.standards, name="link_standards"),
    path("link/panel/<str:secret>/ratings/", link.rating_list, name="link_ratings"),
    path("link/panel/<str:secret>/ratings/<int:entry_pk>/", rating.rate, name="link_rate"),
    path("link/panel/<str:secret>/ratings/<int:entry_pk>/change/", rating.change, name="link_change"),
    path("link/panel/<str:secret>/review/", link.review, name="link_review"),
    path("link/panel/<str:secret>/submitted/", link.submitted, name="link_submitted"),
    path("link/panel/<str:secret>/outcome/", link.outcome, name="link_outcome"),
]
