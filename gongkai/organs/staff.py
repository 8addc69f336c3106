"""The screens of this room in the staff shell: bodies, people, and the ledger below us."""

from django.urls import path

from gongkai.organs.shell import QuickAction, StaffSection
from gongkai.organs.views import deputies, ledger, organs, people

sections = (
    StaffSection(
        name="organs",
        label="机构",
        icon="site",
        order=800,
        permission="organs.view",
        urls=(
            path("", organs.OrganList.as_view(), name="index"),
            path("new/", organs.OrganCreate.as_view(), name="create"),
            path("import/", organs.OrganImport.as_view(), name="import"),
            path("<int:pk>/", organs.OrganDetail.as_view(), name="detail"),
            path("<int:pk>/edit/", organs.OrganEdit.as_view(), name="edit"),
            path("<int:pk>/move/", organs.OrganMove.as_view(), name="move"),
            path("<int:pk>/abolish/", organs.OrganAbolish.as_view(), name="abolish"),
        ),
    ),
    StaffSection(
        name="staff",
        label="人员",
        icon="group",
        order=810,
        permission="staff.view",
        quick_actions=(QuickAction("建立账号", "create", "staff.manage"),),
        urls=(
            path("", people.PeopleList.as_view(), name="index"),
            path("new/", people.PersonCreate.as_view(), name="create"),
            path("<int:pk>/", people.PersonDetail.as_view(), name="detail"),
            path("<int:pk>/edit/", people.PersonEdit.as_view(), name="edit"),
            path("<int:pk>/password/", people.PersonPassword.as_view(), name="password"),
            path("<int:pk>/deactivate/", people.PersonDeactivate.as_view(), name="deactivate"),
            path("<int:pk>/reactivate/", people.PersonReactivate.as_view(), name="reactivate"),
            path("<int:pk>/grant/", people.PersonGrant.as_view(), name="grant"),
            path("organ/<int:pk>/", people.Appoint.as_view(), name="appoint"),
            path("membership/<int:pk>/end/", people.MembershipEnd.as_view(), name="end"),
            path("<int:pk>/deputy/", deputies.AppointFor.as_view(), name="deputy"),
            path("deputation/<int:pk>/revoke/", deputies.RevokeFor.as_view(), name="revoke_deputy"),
        ),
    ),
    StaffSection(
        name="deputies",
        label="我的代理",
        icon="user",
        order=820,
        permission="organs.view",
        in_menu=False,
        urls=(
            path("", deputies.MyDeputies.as_view(), name="index"),
            path("new/", deputies.AppointOwn.as_view(), name="create"),
            path("<int:pk>/revoke/", deputies.RevokeOwn.as_view(), name="revoke"),
        ),
    ),
    StaffSection(
        name="ledger",
        label="操作台账",
        icon="history",
        order=900,
        permission="ledger.view",
        quick_actions=(QuickAction("核验台账", "verify", "ledger.view", icon="check"),),
        urls=(
            path("", ledger.LedgerList.as_view(), name="index"),
            path("verify/", ledger.LedgerVerify.as_view(), name="verify"),
            path("<int:pk>/", ledger.LedgerDetail.as_view(), name="detail"),
        ),
    ),
)
