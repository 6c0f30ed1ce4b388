from django.urls import path

from xinheng.server.receivables import views

app_name = "receivables"
urlpatterns = [
    path("of/<int:pk>/", views.account, name="account"),
    path("of/<int:pk>/invoices/new/", views.invoice_new, name="invoice_new"),
    path("of/<int:pk>/payments/new/", views.payment_new, name="payment_new"),
    path("of/<int:pk>/invoices/<int:invoice>/dispute/", views.invoice_dispute, name="invoice_dispute"),
]
