from django.urls import path, re_path

from xinheng.server.customers.views import files, lists, parts

app_name = "customers"
urlpatterns = [
    path("", lists.customer_list, name="list"),
    path("new/", files.customer_new, name="new"),
    path("codes/check/", parts.code_check, name="code_check"),
    re_path(r"^places/(?P<kind>industries|regions)/$", parts.places, name="places"),
    path("<int:pk>/", files.customer_detail, name="detail"),
    path("<int:pk>/file/", files.customer_profile, name="profile"),
    path("<int:pk>/edit/", files.customer_edit, name="edit"),
    path("<int:pk>/archive/", files.customer_archive_view, name="archive"),
    path("<int:pk>/restore/", files.customer_restore_view, name="restore"),
    path("<int:pk>/reassign/", files.customer_reassign_view, name="reassign"),
    path("<int:pk>/contacts/", parts.contact_new, name="contact_new"),
    path("<int:pk>/contacts/<int:part>/", parts.contact_edit, name="contact_edit"),
    path("<int:pk>/addresses/", parts.address_new, name="address_new"),
    path("<int:pk>/addresses/<int:part>/", parts.address_edit, name="address_edit"),
    path("<int:pk>/codes/", parts.identifier_new, name="identifier_new"),
    re_path(
        r"^(?P<pk>\d{1,18})/remove/(?P<kind>contact|address|code)/(?P<part>\d{1,18})/$",
        parts.part_remove,
        name="part_remove",
    ),
]
