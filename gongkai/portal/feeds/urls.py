"""The addresses of this part, in the portal's namespace."""

from django.urls import path

from gongkai.portal.feeds import sitemap_views, views

urlpatterns = [
    path("feed.xml", views.site_feed, name="feed"),
    path("columns/<slug:slug>/feed.xml", views.column_feed, name="column_feed"),
    path("organs/<str:code>/feed.xml", views.organ_feed, name="organ_feed"),
    path("topics/<str:code>/feed.xml", views.topic_feed, name="topic_feed"),
    path("opensearch.xml", views.opensearch, name="opensearch"),
    path("sitemap.xml", sitemap_views.sitemap_index, name="sitemap"),
    path("sitemap-pages.xml", sitemap_views.sitemap_pages, name="sitemap_pages"),
    path("sitemap-items-<int:number>.xml", sitemap_views.sitemap_items, name="sitemap_items"),
]
