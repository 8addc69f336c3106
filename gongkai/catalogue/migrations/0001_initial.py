import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from gongkai.catalogue.triggers import FixedInForce


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organs", "0002_deputation"),
    ]

    operations = [
        migrations.CreateModel(
            name="Field",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=12, unique=True, verbose_name="领域代码")),
                ("name", models.CharField(max_length=40, unique=True, verbose_name="领域名称")),
                (
                    "guided_by",
                    models.CharField(blank=True, max_length=60, verbose_name="指引制定部门"),
                ),
                ("order", models.PositiveIntegerField(default=0, verbose_name="排序")),
            ],
            options={
                "verbose_name": "领域",
                "verbose_name_plural": "领域",
                "ordering": ["order", "code"],
            },
        ),
        migrations.CreateModel(
            name="Column",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=60, unique=True, verbose_name="网址标识")),
                ("title", models.CharField(max_length=60, verbose_name="栏目名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("overview", "概况信息"),
                            ("news", "政务动态"),
                            ("catalogue", "信息公开目录"),
                            ("notice", "通知公告"),
                            ("policy", "政策文件"),
                            ("interpretation", "政策解读"),
                            ("key_field", "重点领域"),
                            ("data", "数据发布"),
                            ("leaders", "领导信息"),
                            ("functions", "机构职能"),
                            ("special", "专题专栏"),
                            ("other", "其他"),
                        ],
                        max_length=16,
                        verbose_name="类型",
                    ),
                ),
                ("order", models.PositiveIntegerField(default=0, verbose_name="排序")),
                (
                    "max_age_days",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="最长不更新天数"
                    ),
                ),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="停用日期")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organs.organ",
                        verbose_name="责任单位",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="catalogue.column",
                        verbose_name="上级栏目",
                    ),
                ),
            ],
            options={
                "verbose_name": "栏目",
                "verbose_name_plural": "栏目",
                "ordering": ["order", "slug"],
            },
        ),
        migrations.CreateModel(
            name="CatalogueEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="事项编码")),
                ("seq", models.PositiveIntegerField(verbose_name="序号")),
                ("level1", models.CharField(max_length=200, verbose_name="一级事项")),
                ("level2", models.CharField(blank=True, max_length=200, verbose_name="二级事项")),
                ("elements", models.TextField(blank=True, verbose_name="公开内容（要素）")),
                ("basis", models.TextField(blank=True, verbose_name="公开依据")),
                (
                    "time_limit_text",
                    models.CharField(blank=True, max_length=300, verbose_name="公开时限"),
                ),
                (
                    "limit_days",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="时限天数"
                    ),
                ),
                (
                    "day_type",
                    models.CharField(
                        blank=True,
                        choices=[("workday", "工作日"), ("calendar", "日")],
                        max_length=10,
                        verbose_name="天数种类",
                    ),
                ),
                ("trigger", models.CharField(blank=True, max_length=60, verbose_name="起算事由")),
                (
                    "cycle",
                    models.CharField(
                        choices=[
                            ("event", "事件触发"),
                            ("realtime", "实时"),
                            ("long_term", "长期公开"),
                            ("monthly", "每月"),
                            ("quarterly", "每季度"),
                            ("half_yearly", "每半年"),
                            ("yearly", "每年"),
                            ("school_year", "每学年"),
                        ],
                        default="event",
                        max_length=24,
                        verbose_name="周期",
                    ),
                ),
                (
                    "cycle_by",
                    models.CharField(blank=True, max_length=5, verbose_name="周期内截止日"),
                ),
                (
                    "notice_days",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="公示天数"
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=200, verbose_name="公开主体")),
                (
                    "channels",
                    models.JSONField(blank=True, default=list, verbose_name="公开渠道和载体"),
                ),
                ("audience_all", models.BooleanField(default=True, verbose_name="全社会")),
                (
                    "audience_specific",
                    models.CharField(blank=True, max_length=120, verbose_name="特定群体"),
                ),
                ("mode_proactive", models.BooleanField(default=True, verbose_name="主动公开")),
                ("mode_on_request", models.BooleanField(default=False, verbose_name="依申请公开")),
                ("level_county", models.BooleanField(default=True, verbose_name="县级")),
                ("level_township", models.BooleanField(default=False, verbose_name="乡级")),
                (
                    "pii_risk",
                    models.CharField(blank=True, max_length=20, verbose_name="个人信息风险"),
                ),
                (
                    "pii_rule",
                    models.CharField(blank=True, max_length=200, verbose_name="个人信息处理规则"),
                ),
                (
                    "coverage_test",
                    models.CharField(blank=True, max_length=200, verbose_name="覆盖判定"),
                ),
                (
                    "confidence",
                    models.CharField(blank=True, max_length=120, verbose_name="核对情况"),
                ),
                (
                    "columns",
                    models.ManyToManyField(
                        blank=True,
                        related_name="entries",
                        to="catalogue.column",
                        verbose_name="对应栏目",
                    ),
                ),
                (
                    "field",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="catalogue.field",
                        verbose_name="领域",
                    ),
                ),
            ],
            options={
                "verbose_name": "公开事项",
                "verbose_name_plural": "公开事项",
                "ordering": ["catalogue_id", "field__order", "seq"],
            },
        ),
        migrations.CreateModel(
            name="Matter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organ",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organs.organ",
                        verbose_name="制定政府",
                    ),
                ),
            ],
            options={
                "verbose_name": "公开事项（跨版次）",
                "verbose_name_plural": "公开事项（跨版次）",
            },
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("applicable", "认领"),
                            ("empty", "本期无此类信息"),
                            ("not_applicable", "不涉及"),
                        ],
                        default="applicable",
                        max_length=16,
                        verbose_name="认领情况",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="理由")),
                ("stated_on", models.DateField(blank=True, null=True, verbose_name="说明日期")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="说明有效至")),
                ("reviewed_on", models.DateField(blank=True, null=True, verbose_name="复核日期")),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="认领时间"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="最近修改")),
                (
                    "column",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.column",
                        verbose_name="发布栏目",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duties",
                        to="catalogue.catalogueentry",
                        verbose_name="公开事项",
                    ),
                ),
                (
                    "organ",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organs.organ",
                        verbose_name="机关",
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.matter",
                    ),
                ),
            ],
            options={
                "verbose_name": "公开职责",
                "verbose_name_plural": "公开职责",
            },
        ),
        migrations.AddField(
            model_name="catalogueentry",
            name="matter",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="catalogue.matter",
            ),
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=40, verbose_name="来源")),
                ("source_id", models.CharField(max_length=64, verbose_name="来源编号")),
                ("title", models.CharField(max_length=200, verbose_name="标题")),
                ("url", models.CharField(blank=True, max_length=500, verbose_name="网址")),
                ("formed_on", models.DateField(blank=True, null=True, verbose_name="形成日期")),
                ("changed_on", models.DateField(blank=True, null=True, verbose_name="变更日期")),
                ("published_on", models.DateField(verbose_name="公开日期")),
                ("last_published_on", models.DateField(verbose_name="最近公开日期")),
                ("withdrawn_on", models.DateField(blank=True, null=True, verbose_name="撤回日期")),
                (
                    "organ",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organs.organ",
                        verbose_name="机关",
                    ),
                ),
            ],
            options={
                "verbose_name": "公开记录",
                "verbose_name_plural": "公开记录",
            },
        ),
        migrations.CreateModel(
            name="Occasion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("formed", "信息形成"),
                            ("changed", "信息变更"),
                            ("approved", "批准、批复"),
                            ("period", "周期更新"),
                            ("act", "拟实施（事前公开）"),
                        ],
                        max_length=10,
                        verbose_name="事由",
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("happened_on", models.DateField(blank=True, null=True, verbose_name="发生日期")),
                ("opens_on", models.DateField(blank=True, editable=False, null=True)),
                ("period_start", models.DateField(blank=True, editable=False, null=True)),
                ("period_end", models.DateField(blank=True, editable=False, null=True)),
                (
                    "due_on",
                    models.DateField(
                        blank=True, editable=False, null=True, verbose_name="应公开日期"
                    ),
                ),
                (
                    "due_provisional",
                    models.BooleanField(default=False, editable=False, verbose_name="期限暂定"),
                ),
                (
                    "fulfilled_on",
                    models.DateField(
                        blank=True, editable=False, null=True, verbose_name="公开日期"
                    ),
                ),
                (
                    "empty_reason",
                    models.CharField(blank=True, max_length=200, verbose_name="本期无的理由"),
                ),
                (
                    "voided_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="作废时间"),
                ),
                (
                    "void_reason",
                    models.CharField(
                        blank=True, editable=False, max_length=200, verbose_name="作废原因"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登记时间"
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.catalogueentry",
                        verbose_name="公开事项",
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.matter",
                    ),
                ),
                (
                    "organ",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organs.organ",
                        verbose_name="机关",
                    ),
                ),
                (
                    "publication",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="occasions",
                        to="catalogue.publication",
                    ),
                ),
            ],
            options={
                "verbose_name": "公开时点",
                "verbose_name_plural": "公开时点",
            },
        ),
        migrations.CreateModel(
            name="PublicationLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("published_on", models.DateField(verbose_name="公开日期")),
                ("last_published_on", models.DateField(verbose_name="最近公开日期")),
                ("withdrawn_on", models.DateField(blank=True, null=True, verbose_name="撤回日期")),
                ("elements_found", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("elements_total", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.matter",
                    ),
                ),
                (
                    "organ",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organs.organ",
                    ),
                ),
                (
                    "publication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="catalogue.publication",
                    ),
                ),
            ],
            options={
                "verbose_name": "公开记录的事项",
                "verbose_name_plural": "公开记录的事项",
            },
        ),
        migrations.CreateModel(
            name="StandardCatalogue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="版本年度")),
                ("version", models.PositiveSmallIntegerField(default=1, verbose_name="版次")),
                ("title", models.CharField(max_length=120, verbose_name="名称")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "编制中"),
                            ("in_force", "现行"),
                            ("superseded", "已被替代"),
                        ],
                        default="draft",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("in_force_from", models.DateField(blank=True, null=True, verbose_name="施行日期")),
                (
                    "superseded_on",
                    models.DateField(blank=True, null=True, verbose_name="被替代日期"),
                ),
                (
                    "organ",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organs.organ",
                        verbose_name="制定政府",
                    ),
                ),
            ],
            options={
                "verbose_name": "标准目录",
                "verbose_name_plural": "标准目录",
                "ordering": ["organ_id", "-year", "-version"],
            },
        ),
        migrations.AddField(
            model_name="catalogueentry",
            name="catalogue",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="catalogue.standardcatalogue",
                verbose_name="标准目录",
            ),
        ),
        migrations.CreateModel(
            name="SubjectBody",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=100, verbose_name="公开主体")),
                (
                    "government",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organs.organ",
                        verbose_name="制定政府",
                    ),
                ),
                (
                    "organ",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organs.organ",
                        verbose_name="机关",
                    ),
                ),
            ],
            options={
                "verbose_name": "公开主体对应机关",
                "verbose_name_plural": "公开主体对应机关",
            },
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=8, unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("alias", models.CharField(blank=True, max_length=60, verbose_name="本地名称")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="catalogue.topic",
                        verbose_name="上级主题",
                    ),
                ),
            ],
            options={
                "verbose_name": "主题",
                "verbose_name_plural": "主题",
                "ordering": ["code"],
            },
        ),
        migrations.AddConstraint(
            model_name="column",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "overview",
                            "news",
                            "catalogue",
                            "notice",
                            "policy",
                            "interpretation",
                            "key_field",
                            "data",
                            "leaders",
                            "functions",
                            "special",
                            "other",
                        ],
                    )
                ),
                name="catalogue_column_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="column",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent", models.F("id")), _negated=True),
                name="catalogue_column_parent",
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(fields=["organ", "matter"], name="catalogue_duty_organ"),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.UniqueConstraint(
                fields=("entry", "organ"),
                name="catalogue_duty_once",
                violation_error_message="该机关已答复过这个事项。",
            ),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["applicable", "empty", "not_applicable"])),
                name="catalogue_duty_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "applicable"),
                    models.Q(
                        models.Q(("reason", ""), _negated=True),
                        ("stated_on__isnull", False),
                        ("valid_until__gte", models.F("stated_on")),
                    ),
                    _connector="OR",
                ),
                name="catalogue_duty_statement",
                violation_error_message="不涉及或者本期无的，请写明理由和有效期。",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.UniqueConstraint(
                fields=("source", "source_id"), name="catalogue_publication_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_published_on__gte", models.F("published_on"))),
                name="catalogue_publication_days",
            ),
        ),
        migrations.AddIndex(
            model_name="occasion",
            index=models.Index(
                condition=models.Q(
                    ("empty_reason", ""), ("fulfilled_on", None), ("voided_at", None)
                ),
                fields=["organ", "due_on"],
                name="catalogue_occasion_open",
            ),
        ),
        migrations.AddIndex(
            model_name="occasion",
            index=models.Index(fields=["due_on", "organ"], name="catalogue_occasion_due_on"),
        ),
        migrations.AddIndex(
            model_name="occasion",
            index=models.Index(fields=["organ", "matter"], name="catalogue_occasion_matter"),
        ),
        migrations.AddConstraint(
            model_name="occasion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["formed", "changed", "approved", "period", "act"])
                ),
                name="catalogue_occasion_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="occasion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "period"), _negated=True),
                    models.Q(
                        ("period_end__gte", models.F("period_start")),
                        ("period_start__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="catalogue_occasion_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="occasion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_on", None),
                    ("happened_on__isnull", False),
                    ("kind", "period"),
                    _connector="OR",
                ),
                name="catalogue_occasion_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="occasion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "period")),
                fields=("organ", "matter", "period_start", "period_end"),
                name="catalogue_occasion_once_a_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="occasion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "formed"), ("voided_at", None)),
                fields=("publication", "matter"),
                name="catalogue_occasion_formed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="occasion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "changed"), ("voided_at", None)),
                fields=("publication", "matter", "happened_on"),
                name="catalogue_occasion_changed_once",
            ),
        ),
        migrations.AddIndex(
            model_name="publicationlink",
            index=models.Index(
                fields=["organ", "matter", "published_on", "last_published_on", "withdrawn_on"],
                name="catalogue_link_days",
            ),
        ),
        migrations.AddIndex(
            model_name="publicationlink",
            index=models.Index(
                fields=["matter", "-last_published_on"], name="catalogue_link_matter"
            ),
        ),
        migrations.AddConstraint(
            model_name="publicationlink",
            constraint=models.UniqueConstraint(
                fields=("publication", "matter"), name="catalogue_publication_link"
            ),
        ),
        migrations.AddConstraint(
            model_name="standardcatalogue",
            constraint=models.UniqueConstraint(
                fields=("organ", "year", "version"),
                name="catalogue_standard_version",
                violation_error_message="本政府已有这一年度、这一版次的标准目录。",
            ),
        ),
        migrations.AddConstraint(
            model_name="standardcatalogue",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "in_force")),
                fields=("organ",),
                name="catalogue_standard_in_force",
                violation_error_message="同一政府同时只能有一个现行的标准目录。",
            ),
        ),
        migrations.AddConstraint(
            model_name="catalogueentry",
            constraint=models.UniqueConstraint(
                fields=("catalogue", "code"),
                name="catalogue_entry_code",
                violation_error_message="这一版目录中已有这个事项编码。",
            ),
        ),
        migrations.AddConstraint(
            model_name="catalogueentry",
            constraint=models.UniqueConstraint(
                fields=("catalogue", "matter"),
                name="catalogue_entry_matter",
                violation_error_message="这一版目录中已有这个事项。",
            ),
        ),
        migrations.AddConstraint(
            model_name="catalogueentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "cycle__in",
                        [
                            "event",
                            "realtime",
                            "long_term",
                            "monthly",
                            "quarterly",
                            "half_yearly",
                            "yearly",
                            "school_year",
                        ],
                    )
                ),
                name="catalogue_entry_cycle",
            ),
        ),
        migrations.AddConstraint(
            model_name="catalogueentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("level_county", True), ("level_township", True), _connector="OR"
                ),
                name="catalogue_entry_level",
                violation_error_message="公开层级至少选一个：县级、乡级。",
            ),
        ),
        migrations.AddConstraint(
            model_name="catalogueentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("mode_proactive", True), ("mode_on_request", True), _connector="OR"
                ),
                name="catalogue_entry_mode",
                violation_error_message="公开方式至少选一个：主动、依申请。",
            ),
        ),
        migrations.AddConstraint(
            model_name="subjectbody",
            constraint=models.UniqueConstraint(
                fields=("government", "subject", "organ"), name="catalogue_subject_body"
            ),
        ),
        FixedInForce(),
    ]
