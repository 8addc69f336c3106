"""What the review, publishing and numbering of items keep besides the item's text."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_duties"),
        ("disclosure", "0002_bulk"),
        ("organs", "0001_initial"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentPrefix",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("prefix", models.CharField(max_length=40, verbose_name="机关代字")),
            ],
            options={
                "verbose_name": "机关代字",
                "verbose_name_plural": "机关代字",
                "ordering": ["organ_id", "prefix"],
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("referred_to", models.CharField(max_length=120, verbose_name="提请机关")),
                ("reply_due_on", models.DateField(verbose_name="答复期限")),
                ("replied_on", models.DateField(blank=True, null=True, verbose_name="答复日期")),
                (
                    "conclusion",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("may", "可以公开"),
                            ("may_not", "不得公开"),
                            ("partly", "处理后可以公开"),
                        ],
                        max_length=12,
                        verbose_name="答复结论",
                    ),
                ),
                ("reply", models.CharField(blank=True, max_length=500, verbose_name="答复内容")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="终止日期")),
            ],
            options={
                "verbose_name": "提请确定",
                "verbose_name_plural": "提请确定",
                "ordering": ["reply_due_on", "id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="discloseditem",
            name="disclosure_item_status",
        ),
        migrations.RemoveIndex(
            model_name="discloseditem",
            name="disclosure_item_due",
        ),
        migrations.AddField(
            model_name="discloseditem",
            name="attribute_basis",
            field=models.CharField(
                blank=True, max_length=500, verbose_name="依据材料或征求意见情况"
            ),
        ),
        migrations.AddField(
            model_name="discloseditem",
            name="blocking",
            field=models.PositiveSmallIntegerField(
                default=0, editable=False, verbose_name="未放行的严重问题"
            ),
        ),
        migrations.AddField(
            model_name="discloseditem",
            name="correction_note",
            field=models.CharField(blank=True, max_length=300, verbose_name="更正（更新）说明"),
        ),
        migrations.AddField(
            model_name="discloseditem",
            name="returned",
            field=models.BooleanField(default=False, editable=False, verbose_name="退回待修改"),
        ),
        migrations.AddField(
            model_name="discloseditem",
            name="scheduled_for",
            field=models.DateTimeField(editable=False, null=True, verbose_name="定时发布时间"),
        ),
        migrations.AddField(
            model_name="discloseditem",
            name="submitted_hash",
            field=models.CharField(
                blank=True, editable=False, max_length=64, verbose_name="送审内容 SM3"
            ),
        ),
        migrations.AddField(
            model_name="reviewstep",
            name="aspects",
            field=models.JSONField(blank=True, default=list, verbose_name="须逐项校对"),
        ),
        migrations.AlterField(
            model_name="discloseditem",
            name="index_number",
            field=models.CharField(
                blank=True,
                editable=False,
                max_length=60,
                null=True,
                unique=True,
                verbose_name="索引号",
            ),
        ),
        migrations.AlterField(
            model_name="discloseditem",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "草稿"),
                    ("in_review", "审核中"),
                    ("returned", "退回修改"),
                    ("scheduled", "待定时发布"),
                    ("published", "已发布"),
                    ("expired", "已到期下架"),
                    ("withdrawn", "已撤回"),
                    ("decided", "已定为不主动公开"),
                ],
                default="draft",
                editable=False,
                max_length=12,
                verbose_name="状态",
            ),
        ),
        migrations.AlterField(
            model_name="indexcounter",
            name="prefix",
            field=models.CharField(max_length=60, unique=True, verbose_name="前缀"),
        ),
        migrations.AlterField(
            model_name="publictrace",
            name="kind",
            field=models.CharField(
                choices=[
                    ("corrected", "更正"),
                    ("updated", "更新"),
                    ("amended", "修改"),
                    ("repealed", "废止"),
                    ("expired", "到期下架"),
                    ("withdrawn", "撤回"),
                    ("restored", "恢复发布"),
                ],
                max_length=12,
                verbose_name="类型",
            ),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                condition=models.Q(("scheduled_for__isnull", False)),
                fields=["scheduled_for"],
                name="disclosure_item_due",
            ),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                condition=models.Q(("next_assessment_on__isnull", False)),
                fields=["next_assessment_on"],
                name="disclosure_item_assess",
            ),
        ),
        migrations.AddConstraint(
            model_name="discloseditem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "draft",
                            "in_review",
                            "returned",
                            "scheduled",
                            "published",
                            "expired",
                            "withdrawn",
                            "decided",
                        ],
                    )
                ),
                name="disclosure_item_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="discloseditem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "decided"), _negated=True),
                    models.Q(
                        ("live", False),
                        models.Q(("disclosure_attribute", "proactive"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="disclosure_item_decided",
            ),
        ),
        migrations.AddField(
            model_name="documentprefix",
            name="organ",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organs.organ",
                verbose_name="机关",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="decision",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="referral",
                to="disclosure.reviewdecision",
                verbose_name="提请",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="referrals",
                to="disclosure.discloseditem",
            ),
        ),
        migrations.AddConstraint(
            model_name="documentprefix",
            constraint=models.UniqueConstraint(
                fields=("organ", "prefix"),
                name="disclosure_prefix_once",
                violation_error_message="本机关已登记这个代字。",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("conclusion", ""), ("replied_on", None)),
                    models.Q(
                        ("replied_on__isnull", False), models.Q(("conclusion", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="disclosure_referral_reply",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_on", None), ("replied_on", None)),
                fields=("item",),
                name="disclosure_referral_open",
            ),
        ),
    ]
