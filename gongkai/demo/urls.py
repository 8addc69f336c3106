from django.urls import path

from gongkai.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.logins, name="logins"),
    path("enter/<slug:username>/", views.enter, name="enter"),
]
