import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import modelcluster.fields
from django.conf import settings
from django.db import migrations, models

import gongkai.disclosure.models.files
from gongkai.ledger.triggers import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalogue", "0001_initial"),
        ("organs", "0002_deputation"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IndexCounter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("prefix", models.CharField(max_length=60, unique=True, verbose_name="前缀")),
                ("last", models.PositiveIntegerField(default=0, verbose_name="最后序号")),
            ],
            options={
                "verbose_name": "索引号序列",
                "verbose_name_plural": "索引号序列",
            },
        ),
        migrations.CreateModel(
            name="ReviewStep",
            fields=[
                (
                    "task_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.task",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("review", "审核"),
                            ("secrecy", "保密审查"),
                            ("approval", "审批发布"),
                        ],
                        max_length=12,
                        verbose_name="环节",
                    ),
                ),
                ("aspects", models.JSONField(blank=True, default=list, verbose_name="须逐项校对")),
            ],
            options={
                "verbose_name": "审核环节",
                "verbose_name_plural": "审核环节",
            },
            bases=("wagtailcore.task",),
        ),
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64, unique=True, verbose_name="SHA-256")),
                (
                    "original_sha256",
                    models.CharField(db_index=True, max_length=64, verbose_name="原文件 SHA-256"),
                ),
                (
                    "file",
                    models.FileField(
                        max_length=160,
                        upload_to=gongkai.disclosure.models.files.path_of,
                        verbose_name="文件",
                    ),
                ),
                ("extension", models.CharField(max_length=8, verbose_name="扩展名")),
                ("media_type", models.CharField(max_length=100, verbose_name="类型")),
                ("size", models.PositiveBigIntegerField(verbose_name="大小（字节）")),
                (
                    "text_state",
                    models.CharField(
                        choices=[
                            ("read", "已读取"),
                            ("no_text", "无文字（未检查）"),
                            ("unreadable", "无法读取"),
                        ],
                        max_length=12,
                        verbose_name="可读性",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="上传时间"
                    ),
                ),
            ],
            options={
                "verbose_name": "文件",
                "verbose_name_plural": "文件",
            },
        ),
        migrations.CreateModel(
            name="DisclosedItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("live", models.BooleanField(default=True, editable=False, verbose_name="live")),
                (
                    "has_unpublished_changes",
                    models.BooleanField(
                        default=False, editable=False, verbose_name="has unpublished changes"
                    ),
                ),
                (
                    "first_published_at",
                    models.DateTimeField(
                        blank=True, db_index=True, null=True, verbose_name="first published at"
                    ),
                ),
                (
                    "last_published_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="last published at"
                    ),
                ),
                (
                    "go_live_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="go live date/time"),
                ),
                (
                    "expire_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="expiry date/time"),
                ),
                (
                    "expired",
                    models.BooleanField(default=False, editable=False, verbose_name="expired"),
                ),
                (
                    "index_number",
                    models.CharField(
                        blank=True,
                        editable=False,
                        max_length=60,
                        null=True,
                        unique=True,
                        verbose_name="索引号",
                    ),
                ),
                (
                    "legacy_index_number",
                    models.CharField(blank=True, max_length=80, verbose_name="原索引号"),
                ),
                ("title", models.CharField(max_length=200, verbose_name="标题")),
                (
                    "document_kind",
                    models.CharField(
                        choices=[
                            ("regulation", "规章"),
                            ("normative", "行政规范性文件"),
                            ("policy", "其他政策文件"),
                            ("work", "工作文件"),
                            ("interpretation", "政策解读"),
                            ("information", "非公文信息"),
                        ],
                        default="information",
                        max_length=16,
                        verbose_name="文件类别",
                    ),
                ),
                (
                    "genre",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("resolution", "决议"),
                            ("decision", "决定"),
                            ("order", "命令（令）"),
                            ("communique", "公报"),
                            ("announcement", "公告"),
                            ("circular", "通告"),
                            ("opinion", "意见"),
                            ("notice", "通知"),
                            ("notification", "通报"),
                            ("report", "报告"),
                            ("request", "请示"),
                            ("reply", "批复"),
                            ("bill", "议案"),
                            ("letter", "函"),
                            ("minutes", "纪要"),
                            ("other", "其他"),
                        ],
                        max_length=16,
                        verbose_name="体裁",
                    ),
                ),
                (
                    "document_number",
                    models.CharField(blank=True, max_length=100, verbose_name="发文字号"),
                ),
                (
                    "registration_number",
                    models.CharField(blank=True, max_length=60, verbose_name="规范性文件登记号"),
                ),
                (
                    "statutory_item",
                    models.CharField(blank=True, max_length=8, verbose_name="法定公开内容"),
                ),
                ("keywords", models.JSONField(blank=True, default=list, verbose_name="关键词")),
                ("audience", models.CharField(blank=True, max_length=120, verbose_name="公开对象")),
                (
                    "formed_on",
                    models.DateField(blank=True, null=True, verbose_name="成文（形成）日期"),
                ),
                ("changed_on", models.DateField(blank=True, null=True, verbose_name="变更日期")),
                (
                    "effective_from",
                    models.DateField(blank=True, null=True, verbose_name="施行日期"),
                ),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="有效期至")),
                ("repealed_on", models.DateField(blank=True, null=True, verbose_name="废止日期")),
                ("amended_on", models.DateField(blank=True, null=True, verbose_name="修改日期")),
                (
                    "disclosure_attribute",
                    models.CharField(
                        choices=[
                            ("proactive", "主动公开"),
                            ("on_request", "依申请公开"),
                            ("withheld", "不予公开"),
                        ],
                        default="proactive",
                        max_length=12,
                        verbose_name="公开属性",
                    ),
                ),
                (
                    "exemption",
                    models.CharField(blank=True, max_length=24, verbose_name="不公开的法定情形"),
                ),
                (
                    "attribute_reason",
                    models.CharField(blank=True, max_length=500, verbose_name="不主动公开的理由"),
                ),
                (
                    "attribute_basis",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="依据材料或征求意见情况"
                    ),
                ),
                (
                    "next_assessment_on",
                    models.DateField(blank=True, null=True, verbose_name="下次评估日期"),
                ),
                ("summary", models.CharField(blank=True, max_length=300, verbose_name="内容概述")),
                ("body", models.TextField(blank=True, verbose_name="正文")),
                ("source", models.CharField(blank=True, max_length=120, verbose_name="信息来源")),
                (
                    "source_url",
                    models.URLField(blank=True, max_length=500, verbose_name="转载来源网址"),
                ),
                (
                    "source_published_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="来源发布时间"),
                ),
                (
                    "correction_note",
                    models.CharField(blank=True, max_length=300, verbose_name="更正（更新）说明"),
                ),
                (
                    "interpretation_form",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("text", "文字"),
                            ("chart", "图解"),
                            ("questions", "问答"),
                            ("video", "视频、动画"),
                            ("press", "新闻发布会"),
                            ("expert", "专家解读"),
                            ("media", "媒体评论"),
                        ],
                        max_length=12,
                        verbose_name="解读形式",
                    ),
                ),
                (
                    "needs_interpretation",
                    models.BooleanField(default=False, verbose_name="需要解读"),
                ),
                (
                    "interpretation_exemption",
                    models.CharField(blank=True, max_length=300, verbose_name="不解读的理由"),
                ),
                (
                    "status",
                    models.CharField(
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
                (
                    "step",
                    models.CharField(
                        blank=True, editable=False, max_length=12, verbose_name="当前环节"
                    ),
                ),
                (
                    "returned",
                    models.BooleanField(default=False, editable=False, verbose_name="退回待修改"),
                ),
                (
                    "scheduled_for",
                    models.DateTimeField(editable=False, null=True, verbose_name="定时发布时间"),
                ),
                (
                    "submitted_hash",
                    models.CharField(
                        blank=True, editable=False, max_length=64, verbose_name="送审内容 SM3"
                    ),
                ),
                (
                    "blocking",
                    models.PositiveSmallIntegerField(
                        default=0, editable=False, verbose_name="未放行的严重问题"
                    ),
                ),
                (
                    "submitted_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="送审时间"),
                ),
                (
                    "published_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="发布时间"),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="撤回时间"),
                ),
                (
                    "withdraw_reason",
                    models.CharField(
                        blank=True, editable=False, max_length=300, verbose_name="撤回原因"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="起草时间"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="最近修改")),
                (
                    "column",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.column",
                        verbose_name="主栏目",
                    ),
                ),
                (
                    "drafted_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="起草人",
                    ),
                ),
                (
                    "entries",
                    modelcluster.fields.ParentalManyToManyField(
                        blank=True,
                        related_name="items",
                        to="catalogue.catalogueentry",
                        verbose_name="标准目录事项",
                    ),
                ),
                (
                    "interprets",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interpretations",
                        to="disclosure.discloseditem",
                        verbose_name="所解读的文件",
                    ),
                ),
                (
                    "latest_revision",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtailcore.revision",
                        verbose_name="latest revision",
                    ),
                ),
                (
                    "live_revision",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtailcore.revision",
                        verbose_name="live revision",
                    ),
                ),
                (
                    "mounts",
                    modelcluster.fields.ParentalManyToManyField(
                        blank=True,
                        related_name="+",
                        to="catalogue.column",
                        verbose_name="同时显示在",
                    ),
                ),
                (
                    "organ",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organs.organ",
                        verbose_name="公开责任机关",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="送审人",
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="predecessors",
                        to="disclosure.discloseditem",
                        verbose_name="替代（废止、修改）文件",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.topic",
                        verbose_name="主题分类",
                    ),
                ),
            ],
            options={
                "verbose_name": "政府信息",
                "verbose_name_plural": "政府信息",
                "ordering": ["-updated_at", "-id"],
            },
        ),
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
                "verbose_name": "机关代字",
                "verbose_name_plural": "机关代字",
                "ordering": ["organ_id", "prefix"],
            },
        ),
        migrations.CreateModel(
            name="GuardOverride",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("finding_key", models.CharField(max_length=64, verbose_name="发现")),
                ("check_id", models.CharField(max_length=32, verbose_name="检查项")),
                ("masked", models.CharField(max_length=120, verbose_name="内容")),
                ("reason", models.CharField(max_length=300, verbose_name="理由")),
                (
                    "overridden_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间"),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="guard_overrides",
                        to="disclosure.discloseditem",
                    ),
                ),
                (
                    "overridden_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "放行记录",
                "verbose_name_plural": "放行记录",
            },
        ),
        migrations.CreateModel(
            name="GuardRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("content_hash", models.CharField(max_length=64, verbose_name="内容 SM3")),
                ("lexicon_version", models.CharField(max_length=64, verbose_name="词库版本")),
                ("findings", models.JSONField(default=list, verbose_name="发现")),
                ("unread", models.JSONField(default=list, verbose_name="未读取的附件")),
                (
                    "run_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间"),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="guard_runs",
                        to="disclosure.discloseditem",
                    ),
                ),
            ],
            options={
                "verbose_name": "内容审查记录",
                "verbose_name_plural": "内容审查记录",
                "ordering": ["-run_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ImportBatch",
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
                        choices=[("table", "表格导入"), ("migration", "网站迁移")],
                        max_length=12,
                        verbose_name="方式",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="来源")),
                ("sm3", models.CharField(blank=True, max_length=64, verbose_name="文件 SM3")),
                (
                    "as_published",
                    models.BooleanField(default=False, verbose_name="历史数据（已在别处发布）"),
                ),
                ("created", models.PositiveIntegerField(default=0, verbose_name="新增")),
                ("unchanged", models.PositiveIntegerField(default=0, verbose_name="已有")),
                (
                    "imported_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间"),
                ),
                (
                    "imported_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="导入人",
                    ),
                ),
                (
                    "organ",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organs.organ",
                        verbose_name="机关",
                    ),
                ),
            ],
            options={
                "verbose_name": "导入批次",
                "verbose_name_plural": "导入批次",
                "ordering": ["-imported_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ImportedItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row", models.PositiveIntegerField(default=0, verbose_name="行号")),
                ("address", models.CharField(blank=True, max_length=500, verbose_name="原网址")),
                (
                    "identity",
                    models.CharField(
                        db_index=True,
                        default="",
                        editable=False,
                        max_length=64,
                        verbose_name="识别码",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="disclosure.importbatch",
                        verbose_name="批次",
                    ),
                ),
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="imported",
                        to="disclosure.discloseditem",
                        verbose_name="政府信息",
                    ),
                ),
            ],
            options={
                "verbose_name": "导入来源",
                "verbose_name_plural": "导入来源",
            },
        ),
        migrations.CreateModel(
            name="ItemIssuer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="机关名称")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="排序")),
                (
                    "item",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="issuers",
                        to="disclosure.discloseditem",
                    ),
                ),
                (
                    "organ",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organs.organ",
                        verbose_name="发文机关",
                    ),
                ),
            ],
            options={
                "verbose_name": "发文机关",
                "verbose_name_plural": "发文机关",
                "ordering": ["order", "id"],
            },
        ),
        migrations.CreateModel(
            name="MigrationSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                (
                    "profile",
                    models.CharField(default="generic", max_length=24, verbose_name="页面类型"),
                ),
                ("lists", models.JSONField(default=list, verbose_name="列表页网址")),
                ("first_page", models.PositiveIntegerField(default=1, verbose_name="起始页码")),
                (
                    "last_page",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="最后页码"),
                ),
                ("page_size", models.PositiveIntegerField(default=20, verbose_name="每页条数")),
                ("hosts", models.JSONField(default=list, verbose_name="允许访问的主机")),
                ("own_site", models.BooleanField(default=False, verbose_name="本单位的网站")),
                (
                    "per_second",
                    models.DecimalField(
                        decimal_places=1,
                        default=2,
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(0.1),
                            django.core.validators.MaxValueValidator(20),
                        ],
                        verbose_name="每秒请求数",
                    ),
                ),
                (
                    "document_kind",
                    models.CharField(
                        choices=[
                            ("regulation", "规章"),
                            ("normative", "行政规范性文件"),
                            ("policy", "其他政策文件"),
                            ("work", "工作文件"),
                            ("interpretation", "政策解读"),
                            ("information", "非公文信息"),
                        ],
                        default="information",
                        max_length=16,
                        verbose_name="默认文件类别",
                    ),
                ),
                ("mapping", models.JSONField(blank=True, default=dict, verbose_name="字段对应")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="停用时间")),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="登记时间"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="最近修改")),
                (
                    "column",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.column",
                        verbose_name="目标栏目",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "verbose_name": "迁移来源",
                "verbose_name_plural": "迁移来源",
                "ordering": ["organ_id", "name"],
            },
        ),
        migrations.CreateModel(
            name="MigrationRun",
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
                            ("waiting", "等待开始"),
                            ("running", "进行中"),
                            ("done", "已完成"),
                            ("stopped", "已停止"),
                            ("failed", "已中断"),
                        ],
                        default="waiting",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("phase", models.CharField(blank=True, max_length=12, verbose_name="环节")),
                (
                    "as_published",
                    models.BooleanField(default=False, verbose_name="历史数据（已在别处发布）"),
                ),
                ("dry_run", models.BooleanField(default=False, verbose_name="只试读，不导入")),
                ("message", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="发起时间"
                    ),
                ),
                (
                    "beat_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="最近进展"
                    ),
                ),
                ("finished_at", models.DateTimeField(null=True, verbose_name="结束时间")),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="disclosure.importbatch",
                        verbose_name="导入批次",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="发起人",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="disclosure.migrationsource",
                        verbose_name="来源",
                    ),
                ),
            ],
            options={
                "verbose_name": "迁移任务",
                "verbose_name_plural": "迁移任务",
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="MigrationPage",
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
                        choices=[("list", "列表页"), ("item", "信息页")],
                        max_length=8,
                        verbose_name="类型",
                    ),
                ),
                ("address", models.CharField(max_length=500, verbose_name="网址")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("found", "已发现"),
                            ("fetched", "已取回"),
                            ("read", "已读懂"),
                            ("imported", "已导入"),
                            ("failed", "未能读取"),
                        ],
                        default="found",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                (
                    "title",
                    models.CharField(blank=True, max_length=300, verbose_name="列表中的标题"),
                ),
                ("listed_on", models.DateField(null=True, verbose_name="列表中的日期")),
                ("list_number", models.PositiveIntegerField(default=0, verbose_name="列表序号")),
                ("page_number", models.PositiveIntegerField(default=0, verbose_name="页码")),
                ("html", models.TextField(blank=True, verbose_name="网页")),
                ("record", models.JSONField(default=dict, verbose_name="读出的内容")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="原因")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="次数")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="时间")),
                (
                    "item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="disclosure.discloseditem",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pages",
                        to="disclosure.migrationsource",
                    ),
                ),
            ],
            options={
                "verbose_name": "迁移网页",
                "verbose_name_plural": "迁移网页",
                "ordering": ["kind", "list_number", "page_number", "id"],
            },
        ),
        migrations.CreateModel(
            name="PublicTrace",
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
                ("note", models.CharField(max_length=300, verbose_name="说明")),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间"),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="traces",
                        to="disclosure.discloseditem",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wagtailcore.revision",
                    ),
                ),
            ],
            options={
                "verbose_name": "公开说明",
                "verbose_name_plural": "公开说明",
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ReclassifyBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("changes", models.JSONField(default=dict, verbose_name="改动")),
                ("reason", models.CharField(max_length=300, verbose_name="原因")),
                ("number", models.PositiveIntegerField(verbose_name="条数")),
                (
                    "made_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间"),
                ),
                ("undone_at", models.DateTimeField(null=True, verbose_name="撤销时间")),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办理人",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="撤销人",
                    ),
                ),
            ],
            options={
                "verbose_name": "批量调整分类",
                "verbose_name_plural": "批量调整分类",
                "ordering": ["-made_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ReclassifiedItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("before", models.JSONField(default=dict, verbose_name="原值")),
                ("after", models.JSONField(default=dict, verbose_name="新值")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="disclosure.discloseditem",
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
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="disclosure.reclassifybatch",
                    ),
                ),
            ],
            options={
                "verbose_name": "分类调整",
                "verbose_name_plural": "分类调整",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ReviewChain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="最近修改")),
                (
                    "organ",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organs.organ",
                        verbose_name="机关",
                    ),
                ),
                (
                    "workflow",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wagtailcore.workflow",
                        verbose_name="流程",
                    ),
                ),
            ],
            options={
                "verbose_name": "审核流程",
                "verbose_name_plural": "审核流程",
            },
        ),
        migrations.CreateModel(
            name="ReviewDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveIntegerField(verbose_name="轮次")),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("review", "审核"),
                            ("secrecy", "保密审查"),
                            ("approval", "审批发布"),
                        ],
                        max_length=12,
                        verbose_name="环节",
                    ),
                ),
                ("label", models.CharField(max_length=40, verbose_name="环节名称")),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("approved", "通过"),
                            ("returned", "退回"),
                            ("referred", "提请确定"),
                        ],
                        max_length=12,
                        verbose_name="决定",
                    ),
                ),
                ("opinion", models.CharField(blank=True, max_length=500, verbose_name="意见")),
                ("basis", models.CharField(blank=True, max_length=300, verbose_name="依据")),
                ("proofread", models.JSONField(blank=True, default=list, verbose_name="校对")),
                ("content_hash", models.CharField(max_length=64, verbose_name="内容 SM3")),
                (
                    "decided_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间"),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="disclosure.discloseditem",
                    ),
                ),
                (
                    "on_behalf_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wagtailcore.revision",
                    ),
                ),
            ],
            options={
                "verbose_name": "审核意见",
                "verbose_name_plural": "审核意见",
                "ordering": ["decided_at", "id"],
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
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="disclosure.discloseditem",
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referral",
                        to="disclosure.reviewdecision",
                        verbose_name="提请",
                    ),
                ),
            ],
            options={
                "verbose_name": "提请确定",
                "verbose_name_plural": "提请确定",
                "ordering": ["reply_due_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="文件名")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="排序")),
                (
                    "item",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="disclosure.discloseditem",
                    ),
                ),
                (
                    "stored",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="disclosure.storedfile",
                        verbose_name="文件",
                    ),
                ),
            ],
            options={
                "verbose_name": "附件",
                "verbose_name_plural": "附件",
                "ordering": ["order", "id"],
            },
        ),
        migrations.CreateModel(
            name="ValidityRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("title", models.CharField(max_length=120, verbose_name="名称")),
                ("deadline", models.DateField(verbose_name="提出意见的截止日期")),
                (
                    "opened_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="发起时间"
                    ),
                ),
                ("closed_at", models.DateTimeField(null=True, verbose_name="办结时间")),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办结人",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="发起人",
                    ),
                ),
                (
                    "organ",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organs.organ",
                        verbose_name="组织清理的政府",
                    ),
                ),
                (
                    "result",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="disclosure.discloseditem",
                        verbose_name="清理结果",
                    ),
                ),
            ],
            options={
                "verbose_name": "规范性文件清理",
                "verbose_name_plural": "规范性文件清理",
                "ordering": ["-year", "organ_id"],
            },
        ),
        migrations.CreateModel(
            name="ValidityReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "proposal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("continue", "继续有效"),
                            ("amend", "修改"),
                            ("repeal", "废止"),
                            ("lapse", "宣布失效"),
                        ],
                        max_length=12,
                        verbose_name="清理意见",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="理由")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="有效期至")),
                ("proposed_at", models.DateTimeField(null=True, verbose_name="提出时间")),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("continue", "继续有效"),
                            ("amend", "修改"),
                            ("repeal", "废止"),
                            ("lapse", "宣布失效"),
                        ],
                        max_length=12,
                        verbose_name="审核结果",
                    ),
                ),
                (
                    "decision_note",
                    models.CharField(blank=True, max_length=500, verbose_name="审核意见"),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="审核时间")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="validity_reviews",
                        to="disclosure.discloseditem",
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
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="disclosure.discloseditem",
                        verbose_name="替代文件",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="disclosure.validityround",
                    ),
                ),
            ],
            options={
                "verbose_name": "清理文件",
                "verbose_name_plural": "清理文件",
                "ordering": ["organ__path", "item_id"],
            },
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(fields=["organ", "-updated_at", "-id"], name="disclosure_item_list"),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(fields=["-updated_at", "-id"], name="disclosure_item_all"),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                fields=["organ", "status", "-updated_at"], name="disclosure_item_state"
            ),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                fields=["status", "-updated_at", "-id"], name="disclosure_item_where"
            ),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                fields=["column", "-updated_at", "-id"], name="disclosure_item_shelf"
            ),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(fields=["-formed_on", "-id"], name="disclosure_item_formed"),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                condition=models.Q(("step", ""), _negated=True),
                fields=["step", "organ"],
                name="disclosure_item_step",
            ),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                condition=models.Q(("returned", True)),
                fields=["organ"],
                name="disclosure_item_returned",
            ),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                condition=models.Q(("blocking__gt", 0)),
                fields=["organ"],
                name="disclosure_item_blocked",
            ),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                condition=models.Q(("published_at__isnull", False)),
                fields=["published_at", "organ", "column"],
                name="disclosure_item_year",
            ),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                condition=models.Q(("live", True)),
                fields=["column", "-published_at", "-id"],
                name="disclosure_item_column",
            ),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                condition=models.Q(("live", True)),
                fields=["organ", "-published_at", "-id"],
                name="disclosure_item_public",
            ),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                fields=["-published_at", "-id", "live", "organ", "column"],
                name="disclosure_item_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                condition=models.Q(("document_number", ""), _negated=True),
                fields=["organ", "document_number"],
                name="disclosure_item_number",
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
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                condition=models.Q(("live", True)),
                fields=["expire_at"],
                name="disclosure_item_expire",
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
                    models.Q(("status", "published"), _negated=True),
                    models.Q(
                        ("index_number__isnull", False),
                        ("live", True),
                        ("published_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="disclosure_item_published",
            ),
        ),
        migrations.AddConstraint(
            model_name="discloseditem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("live", False), ("disclosure_attribute", "proactive"), _connector="OR"
                ),
                name="disclosure_item_attribute",
                violation_error_message="只有公开属性为“主动公开”的信息才能发布。",
            ),
        ),
        migrations.AddConstraint(
            model_name="discloseditem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("disclosure_attribute", "proactive"),
                    models.Q(("attribute_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="disclosure_item_reason",
                violation_error_message="不主动公开的，请写明理由。",
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
        migrations.AddConstraint(
            model_name="discloseditem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "withdrawn"), _negated=True),
                    models.Q(
                        ("withdrawn_at__isnull", False),
                        models.Q(("withdraw_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="disclosure_item_withdrawn",
            ),
        ),
        migrations.AddConstraint(
            model_name="discloseditem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("effective_from", None),
                    ("valid_until", None),
                    ("valid_until__gte", models.F("effective_from")),
                    _connector="OR",
                ),
                name="disclosure_item_validity",
                violation_error_message="有效期至不能早于施行日期，请核对两个日期。",
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
            model_name="guardoverride",
            constraint=models.UniqueConstraint(
                fields=("item", "finding_key"), name="disclosure_override_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="guardoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="disclosure_override_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="importbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["table", "migration"])),
                name="disclosure_batch_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="migrationsource",
            constraint=models.UniqueConstraint(
                fields=("organ", "name"),
                name="disclosure_source_name",
                violation_error_message="本机关已有同名的迁移来源，请换一个名称。",
            ),
        ),
        migrations.AddConstraint(
            model_name="migrationsource",
            constraint=models.CheckConstraint(
                condition=models.Q(("per_second__gt", 0)), name="disclosure_source_rate"
            ),
        ),
        migrations.AddConstraint(
            model_name="migrationrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["waiting", "running"])),
                fields=("source",),
                name="disclosure_run_once",
                violation_error_message="这个来源已有任务在进行，请等它结束或先停止它。",
            ),
        ),
        migrations.AddIndex(
            model_name="migrationpage",
            index=models.Index(fields=["source", "kind", "state"], name="disclosure_page_state"),
        ),
        migrations.AddConstraint(
            model_name="migrationpage",
            constraint=models.UniqueConstraint(
                fields=("source", "address"), name="disclosure_page_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="publictrace",
            constraint=models.CheckConstraint(
                condition=models.Q(("note", ""), _negated=True), name="disclosure_trace_note"
            ),
        ),
        migrations.AddConstraint(
            model_name="reclassifieditem",
            constraint=models.UniqueConstraint(
                fields=("batch", "item"), name="disclosure_reclassified_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decision__in", ["returned", "referred"]), _negated=True),
                    models.Q(("opinion", ""), _negated=True),
                    _connector="OR",
                ),
                name="disclosure_decision_opinion",
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
        migrations.AddConstraint(
            model_name="validityround",
            constraint=models.UniqueConstraint(
                fields=("organ", "year"),
                name="disclosure_round_year",
                violation_error_message="本政府已发起过这一年度的清理。",
            ),
        ),
        migrations.AddConstraint(
            model_name="validityround",
            constraint=models.CheckConstraint(
                condition=models.Q(("year__gte", 2008), ("year__lte", 2100)),
                name="disclosure_round_range",
            ),
        ),
        migrations.AddIndex(
            model_name="validityreview",
            index=models.Index(fields=["organ", "proposal"], name="disclosure_review_open"),
        ),
        migrations.AddConstraint(
            model_name="validityreview",
            constraint=models.UniqueConstraint(
                fields=("round", "item"), name="disclosure_review_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="validityreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("proposal", ""), models.Q(("reason", ""), _negated=True), _connector="OR"
                ),
                name="disclosure_review_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="validityreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("successor", None),
                    models.Q(("successor", models.F("item")), _negated=True),
                    _connector="OR",
                ),
                name="disclosure_review_successor",
            ),
        ),
        AppendOnly("disclosure_reviewdecision"),
        AppendOnly("disclosure_publictrace"),
    ]
