"""The addresses of this part, in the portal's namespace. None holds anything about a person."""

from django.urls import URLPattern, path

from gongkai.portal.requesting.views import accounts, applying, calculator, following, papers

urlpatterns: list[URLPattern] = [
    path("disclosure/calculator/", calculator.calculator, name="calculator"),
    path("requests/", applying.start, name="request_start"),
    path("requests/new/published/", applying.found, name="request_published"),
    path("requests/new/<slug:name>/", applying.step, name="request_step"),
    path("requests/receipt/", applying.receipt, name="request_receipt"),
    path("requests/form/<str:code>.docx", papers.blank, name="request_form"),
    path("requests/track/", following.track, name="request_track"),
    path("requests/track/<str:number>/", following.track, name="request_track_number"),
    path("requests/case/", following.case, name="request_case"),
    path("requests/case/close/", following.close, name="request_close"),
    path("requests/case/notices/<int:number>/", following.notice, name="request_notice"),
    path(
        "requests/case/notices/<int:number>/received/",
        following.received,
        name="request_notice_received",
    ),
    path("requests/case/files/<int:number>/", following.file, name="request_file"),
    path("requests/case/<slug:name>/", following.act, name="request_act"),
    path("requests/account/", accounts.mine, name="account"),
    path("requests/account/page/<int:number>/", accounts.mine),
    path("requests/account/open/", accounts.register, name="account_register"),
    path("requests/account/forgotten/", accounts.forgotten, name="account_forgotten"),
    path("requests/account/code/", accounts.code, name="account_code"),
    path("requests/account/code/password/", accounts.password_new, name="account_password_new"),
    path("requests/account/sign-in/", accounts.sign_in, name="account_sign_in"),
    path("requests/account/sign-out/", accounts.sign_out, name="account_sign_out"),
    path("requests/account/case/", accounts.open_case, name="account_case"),
    path("requests/account/add/", accounts.attach, name="account_attach"),
    path("requests/account/settings/", accounts.settings, name="account_settings"),
    path("requests/account/password/", accounts.change_password, name="account_password"),
    path("requests/account/contact/", accounts.change_contact, name="account_contact"),
    path("requests/account/close/", accounts.close, name="account_close"),
]
