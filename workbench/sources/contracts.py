"""What each table must look like: columns, kinds, units, keys and references, written here and nowhere else.

Only `orders` is required, and of its columns only `date` and `amount` (or `quantity` and `price`). A table or column
that is not there is unknown, never zero: the sections that need it say so.
"""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["date", "key", "text", "money", "price", "quantity", "ratio", "number"]
NUMBERS: frozenset[Kind] = frozenset({"money", "price", "quantity", "ratio", "number"})


@dataclass(frozen=True)
class Column:
    """One column. `aliases` are headers seen in real exports, by which `workbench init` recognizes it."""

    kind: Kind
    required: bool = False
    references: str = ""  # the reference table whose key this column holds
    aliases: tuple[str, ...] = ()
    at_least: float | None = None
    meaning: str = ""


@dataclass(frozen=True)
class Table:
    """One table. `key` names its rows; empty: lines may repeat. `dated` is the column that `as_of` cuts."""

    name: str
    meaning: str
    columns: dict[str, Column]
    key: tuple[str, ...] = ()
    dated: str = ""
    brings: tuple[str, ...] = field(default=())  # what the reports gain by it, as phrase keys


def _table(name: str, meaning: str, /, key: str = "", dated: str = "", **columns: Column) -> Table:
    return Table(name, meaning, columns, tuple(key.split()), dated)


TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        _table(
            "orders",
            "order lines, returns as negative amounts",
            dated="date",
            date=Column("date", required=True, aliases=("订单日期", "下单日期", "订单时间", "下单时间", "开票日期", "成交日期", "交易日期", "日期", "訂單日期", "下單日期", "成交日期", "order date", "orderdate", "invoice date", "invoicedate", "date", "purchase date", "order_date", "transaction date", "单据日期", "业务日期", "出库日期", "付款时间", "支付时间", "belegdatum", "rechnungsdatum", "auftragsdatum", "bestelldatum", "buchungsdatum", "datum", "lieferdatum", "fakturadatum", "date de commande", "date commande", "date de facture", "date facture", "date de vente", "fecha", "fecha de pedido", "fecha pedido", "fecha de factura", "fecha factura", "fecha de venta", "受注日", "注文日", "売上日", "計上日", "販売日", "日付")),
            amount=Column("money", aliases=("销售额", "金额", "订单金额", "实付金额", "成交金额", "含税金额", "销售金额", "小计", "銷售額", "金額", "訂單金額", "銷售金額", "amount", "sales", "sales amount", "salesamount", "revenue", "line total", "net amount", "total", "net sales", "价税合计", "无税金额", "不含税金额", "实收金额", "成交额", "销售收入", "價稅合計", "umsatz", "nettoumsatz", "umsatz netto", "nettobetrag", "betrag", "gesamtpreis", "umsatzerlöse", "erlös", "nettowert", "warenwert", "montant", "montant ht", "chiffre d'affaires", "chiffre d’affaires", "total ht", "ca ht", "importe", "importe neto", "ventas", "facturación", "売上", "売上高", "売上金額", "販売金額", "受注金額"), meaning="net of discount; negative for a return"),
            order=Column("key", aliases=("订单号", "订单编号", "单号", "单据编号", "单据号", "发票号", "單據號", "訂單編號", "單號", "order", "order id", "orderid", "order number", "salesordernumber", "invoice", "invoice no", "invoiceno", "order no", "销售单号", "出库单号", "交易号", "belegnr", "belegnummer", "rechnungsnr", "rechnungsnummer", "auftragsnr", "auftragsnummer", "bestellnummer", "n° commande", "numéro de commande", "no commande", "n° facture", "numéro de facture", "commande", "nº pedido", "número de pedido", "pedido", "nº factura", "número de factura", "factura", "注文番号", "受注番号", "伝票番号", "売上番号")),
            customer=Column("key", references="customers", aliases=("客户名称", "客户", "客户编号", "客户id", "会员", "买家", "客戶名稱", "客戶", "客戶編號", "customer", "customer id", "customerid", "customer name", "account", "client", "reseller", "resellerkey", "customerkey", "buyer", "客户编码", "客户代码", "往来单位", "购货单位", "kunde", "kundennr", "kd.-nr.", "kundennummer", "kundenname", "debitor", "debitorennr", "abnehmer", "code client", "nom client", "n° client", "cliente", "código cliente", "código de cliente", "nombre cliente", "顧客", "顧客名", "顧客コード", "得意先", "得意先名", "得意先コード", "取引先")),
            product=Column("key", references="products", aliases=("产品名称", "商品名称", "产品", "商品", "产品编号", "物料编码", "品名", "產品名稱", "商品名稱", "產品", "product", "product id", "productkey", "stockcode", "sku", "item", "product name", "material", "存货编码", "产品编码", "商品编码", "料号", "货号", "存货名称", "artikelnr", "art.-nr.", "artikelnummer", "artikel", "artikelbezeichnung", "materialnr", "materialnummer", "produkt", "produit", "code produit", "article", "code article", "référence", "désignation", "producto", "código producto", "código de producto", "artículo", "referencia", "商品名", "商品コード", "品番", "製品", "製品名", "製品コード")),
            rep=Column("key", references="reps", aliases=("销售员", "销售代表", "业务员", "负责人", "销售", "业务代表", "銷售員", "業務", "業務員", "負責人", "rep", "sales rep", "salesperson", "employeekey", "sales agent", "owner", "seller", "account manager", "vertreter", "verkäufer", "außendienst", "vertriebsmitarbeiter", "sachbearbeiter", "verkaeufer", "commercial", "vendeur", "représentant", "vendedor", "comercial", "担当者", "営業担当", "営業担当者", "担当")),
            quantity=Column("quantity", aliases=("数量", "销量", "件数", "销售数量", "數量", "銷量", "quantity", "qty", "units", "order quantity", "orderquantity", "menge", "anzahl", "stückzahl", "absatz", "absatzmenge", "liefermenge", "quantité", "qté", "quantité vendue", "cantidad", "unidades", "cant", "販売数量", "個数", "売上数量")),
            price=Column("price", aliases=("单价", "价格", "销售单价", "單價", "價格", "price", "unit price", "unitprice", "含税单价", "einzelpreis", "vk-preis", "stückpreis", "preis", "stueckpreis", "verkaufspreis", "nettopreis", "prix", "prix unitaire", "pu ht", "prix de vente", "precio", "precio unitario", "単価", "販売単価")),
            discount=Column("ratio", aliases=("折扣率", "折扣", "discount", "discount rate", "rabatt", "rabattsatz", "remise", "taux de remise", "descuento", "値引率", "割引率"), meaning="share of quantity × price that is not charged; used only where no amount is given"),
            cost=Column("money", aliases=("成本", "销售成本", "成本金额", "成本金額", "cost", "total cost", "cogs", "total product cost", "ek-wert", "wareneinsatz", "einstandswert", "kosten", "einstandskosten", "einkaufswert", "selbstkosten", "herstellkosten", "wareneinstand", "materialkosten", "ek netto", "coût", "coûts", "coût total", "coût d'achat", "coût de revient", "coût des ventes", "coste", "costo", "coste total", "costo total", "coste de ventas", "costo de ventas", "原価", "売上原価", "仕入金額", "原価金額")),
            currency=Column("key", aliases=("币种", "货币", "幣別", "currency", "currency code", "原币", "币别", "währung", "currency iso code", "waehrung", "devise", "monnaie", "divisa", "moneda", "通貨")),
            opportunity=Column("key", aliases=("商机编号", "商机id", "商機編號", "opportunity", "opportunity id"), meaning="the won deal that the order began with"),
            status=Column("text", aliases=("订单状态", "状态", "訂單狀態", "status", "order status", "单据状态", "审核状态", "belegstatus", "auftragsstatus", "statut", "statut commande", "estado", "estado pedido", "受注状況", "ステータス")),
        ),
        _table(
            "opportunities",
            "deals that may be won",
            key="opportunity",
            dated="created",
            opportunity=Column("key", required=True, aliases=("商机编号", "商机id", "商机", "機會編號", "商機編號", "opportunity", "opportunity id", "opportunity_id", "deal id", "deal", "chance", "verkaufschance", "opportunité", "oportunidad", "商談", "案件", "商談番号", "案件番号")),
            created=Column("date", aliases=("创建日期", "创建时间", "商机创建日期", "建立日期", "created", "created date", "create date", "engage_date", "engage date", "open date", "erstellt", "angelegt am", "date de création", "fecha de creación", "作成日")),
            closed=Column("date", aliases=("结束日期", "关闭日期", "成交日期", "结案日期", "結案日期", "closed", "close date", "close_date", "closed date", "abschlussdatum", "geschlossen", "date de clôture", "fecha de cierre", "完了日", "クローズ日")),
            expected=Column("date", aliases=("预计成交日期", "预计结束日期", "预计签约日期", "預計成交日期", "預計結案日期", "expected close date", "expected close"), meaning="day on which it was thought to close"),
            stage=Column("text", required=True, aliases=("阶段", "商机阶段", "销售阶段", "階段", "商機階段", "stage", "deal stage", "deal_stage", "status", "phase", "verkaufsphase", "étape", "phase de vente", "etapa", "fase", "フェーズ", "商談フェーズ")),
            amount=Column("money", aliases=("商机金额", "预计金额", "金额", "商機金額", "預計金額", "amount", "value", "close_value", "deal value", "expected revenue", "betrag", "volumen", "montant", "importe", "金額")),
            currency=Column("key", aliases=("币种", "货币", "币别", "幣別", "currency", "amount currency", "currency code", "currency iso code", "währung"), meaning="of the amount; the table rates converts it"),
            customer=Column("key", references="customers", aliases=("客户名称", "客户", "客戶名稱", "客戶", "account", "customer", "company", "kunde", "client", "compte", "cliente", "cuenta", "顧客", "取引先")),
            product=Column("key", references="products", aliases=("产品名称", "产品", "產品", "product", "product line")),
            rep=Column("key", references="reps", aliases=("销售员", "负责人", "销售代表", "業務", "負責人", "sales_agent", "sales agent", "owner", "rep", "salesperson", "besitzer", "verantwortlich", "commercial", "propriétaire", "vendedor", "propietario", "担当者", "所有者")),
            source=Column("text", aliases=("来源", "线索来源", "商机来源", "來源", "source", "lead source")),
            lost_reason=Column("text", aliases=("输单原因", "丢单原因", "輸單原因", "lost reason", "loss reason")),
        ),
        _table(
            "stage_history",
            "when each opportunity entered each stage",
            key="opportunity stage entered",
            dated="entered",
            opportunity=Column("key", required=True, references="opportunities", aliases=("商机编号", "商機編號", "opportunity", "opportunity id")),
            stage=Column("text", required=True, aliases=("阶段", "階段", "stage", "new stage")),
            entered=Column("date", required=True, aliases=("进入日期", "变更日期", "進入日期", "entered", "changed", "date", "changed at")),
        ),
        _table(
            "activities",
            "what reps did: leads, visits, demos, proposals",
            dated="date",
            date=Column("date", required=True, aliases=("日期", "跟进日期", "拜访日期", "date", "activity date")),
            kind=Column("text", required=True, aliases=("类型", "活动类型", "跟进方式", "類型", "kind", "type", "activity type")),
            rep=Column("key", references="reps", aliases=("销售员", "负责人", "業務", "rep", "owner", "sales rep")),
            customer=Column("key", references="customers", aliases=("客户名称", "客户", "客戶", "customer", "account")),
            opportunity=Column("key", references="opportunities", aliases=("商机编号", "商機編號", "opportunity", "opportunity id")),
            count=Column("quantity", at_least=0, aliases=("次数", "数量", "次數", "count", "number")),
            valid=Column("text", aliases=("是否有效", "有效", "valid", "qualified")),
        ),
        _table(
            "targets",
            "what was to be sold, by period and node",
            dated="",
            period=Column("date", required=True, aliases=("期间", "月份", "季度", "目标月份", "期間", "period", "month", "quarter", "targetmonth", "target month", "date", "quotadate", "zeitraum", "periode", "monat", "quartal", "période", "mois", "trimestre", "periodo", "período", "mes", "対象月", "年月")),
            amount=Column("money", required=True, at_least=0, aliases=("目标", "目标金额", "目标额", "销售目标", "任务额", "配额", "目標額", "目標", "目標金額", "target", "targetamount", "target amount", "quota", "salesquota", "budget", "umsatzziel", "ziel", "zielumsatz", "sollumsatz", "soll", "vorgabe", "planumsatz", "plan", "objectif", "objectif de vente", "objetivo", "cuota", "meta", "presupuesto", "売上目標", "予算")),
            rep=Column("key", references="reps", aliases=("销售员", "员工编号", "姓名", "業務", "rep", "employeeid", "employee id", "salesperson", "业务员", "销售代表", "sales rep", "vertreter", "verkäufer", "mitarbeiter", "commercial", "vendeur", "vendedor", "comercial", "担当者", "営業担当")),
            currency=Column("key", aliases=("币种", "货币", "币别", "幣別", "currency", "currency code", "currency iso code", "währung"), meaning="of the amount; the table rates converts it"),
            metric=Column("text", aliases=("指标", "指標", "metric", "kpi")),
        ),
        _table(
            "goals",
            "targets as somebody wrote them: a sentence a row, or its parts in columns",
            statement=Column("text", required=True, aliases=("目标描述", "目标内容", "目标陈述", "目标说明", "目标表述", "具体目标", "工作目标", "目標描述", "目標內容", "目標陳述", "目標說明", "具體目標", "工作目標", "statement", "goal statement", "target statement", "goal", "objective", "goal description", "smart goal"), meaning="the target in words; its metric alone where the rest stands in columns"),
            name=Column("text", aliases=("目标编号", "目标名称", "目標編號", "目標名稱", "goal id", "goal name", "objective id")),
            metric=Column("text", aliases=("指标", "指标名称", "考核指标", "衡量指标", "指標", "指標名稱", "考核指標", "衡量指標", "metric", "kpi", "measure")),
            amount=Column("number", aliases=("目标值", "目标数值", "指标值", "目標值", "目標數值", "target value", "goal value", "level")),
            unit=Column("text", aliases=("单位", "计量单位", "單位", "計量單位", "unit", "unit of measure")),
            baseline=Column("number", aliases=("基数", "基期值", "基准值", "现状值", "去年实际", "上年实际", "上年同期", "基數", "基期值", "基準值", "現況值", "去年實際", "baseline", "base", "last year actual")),
            growth=Column("ratio", aliases=("增长率", "目标增长率", "增幅", "增速", "成長率", "目標成長率", "growth", "growth rate", "target growth")),
            start=Column("date", aliases=("开始日期", "起始日期", "開始日期", "起始日期", "start", "start date", "from")),
            due=Column("date", aliases=("截止日期", "完成日期", "完成时间", "截止时间", "到期日", "截止日期", "完成日期", "完成時間", "due", "due date", "deadline")),
            period=Column("text", aliases=("期间", "目标期间", "考核周期", "考核期", "期間", "目標期間", "考核週期", "period", "target period")),
            segment=Column("text", aliases=("细分", "客户群", "目标客户", "适用范围", "細分", "客群", "目標客戶", "適用範圍", "segment", "scope", "target group")),
            owner=Column("text", aliases=("负责人", "责任人", "主责人", "負責人", "責任人", "主責人", "owner", "responsible", "accountable")),
            parent=Column("text", aliases=("上级目标", "父目标", "上級目標", "父目標", "parent", "parent goal")),
            rate=Column("ratio", aliases=("转化率", "转换率", "轉換率", "conversion", "conversion rate")),
        ),
        _table(
            "reps",
            "who sells, whom they report to, from when to when",
            key="rep",
            rep=Column("key", required=True, aliases=("销售员", "员工编号", "工号", "姓名", "業務", "rep", "employeekey", "sales_agent", "employee", "rep id", "业务员", "vertreter", "verkäufer", "mitarbeiter", "commercial", "vendeur", "matricule", "vendedor", "comercial", "担当者", "社員番号", "社員コード")),
            name=Column("text", aliases=("姓名", "名字", "销售员姓名", "name", "salesperson", "full name", "rep name", "nom", "nombre", "氏名", "担当者名")),
            manager=Column("key", references="reps", aliases=("主管", "上级", "经理", "直属上级", "主管姓名", "manager", "reports to", "vorgesetzter", "leiter", "teamleiter")),
            team=Column("text", aliases=("团队", "部门", "销售团队", "團隊", "部門", "team", "department", "regional_office", "regional office", "abteilung", "gruppe", "équipe", "service", "equipo", "departamento", "チーム", "部署")),
            role=Column("text", aliases=("职位", "岗位", "角色", "職位", "role", "title", "position")),
            joined=Column("date", aliases=("入职日期", "到職日期", "joined", "hire date", "start date", "hired", "eintritt", "eintrittsdatum")),
            left=Column("date", aliases=("离职日期", "離職日期", "left", "end date", "leave date", "terminated", "austritt", "austrittsdatum")),
        ),
        _table(
            "products",
            "what is sold",
            key="product",
            product=Column("key", required=True, aliases=("产品编号", "产品名称", "产品", "商品编码", "產品", "product", "productkey", "product id", "sku", "stockcode", "存货编码", "产品编码", "物料编码", "artikelnr", "art.-nr.", "artikelnummer", "artikel", "materialnr", "materialnummer", "produit", "code produit", "article", "code article", "producto", "código producto", "artículo", "商品コード", "品番", "製品コード")),
            name=Column("text", aliases=("产品名称", "商品名称", "產品名稱", "name", "product name", "product", "description", "存货名称", "物料名称", "bezeichnung", "artikelbezeichnung", "désignation", "libellé", "nom produit", "descripción", "nombre producto", "商品名", "製品名")),
            product_line=Column("text", aliases=("产品线", "产品类别", "品类", "類別", "產品線", "product line", "category", "series", "family", "存货分类", "商品分类", "warengruppe", "artikelgruppe", "produktgruppe", "hauptwarengruppe", "famille", "gamme", "catégorie", "familia", "categoría", "línea", "カテゴリ", "商品分類", "製品群")),
            launched=Column("date", aliases=("上市日期", "上线日期", "launched", "launch date", "start date")),
            list_price=Column("price", at_least=0, aliases=("标准价", "目录价", "定价", "定價", "list price", "sales_price", "sales price", "standard price", "listenpreis", "listenpreis netto", "prix catalogue", "tarif", "precio de lista", "定価", "標準価格")),
            unit_cost=Column("price", at_least=0, aliases=("单位成本", "标准成本", "單位成本", "unit cost", "standard cost", "einstandspreis", "ek-preis", "einkaufspreis", "stückkosten", "coût unitaire", "prix de revient", "coste unitario", "costo unitario", "原価", "標準原価", "仕入単価")),
        ),
        _table(
            "customers",
            "who buys",
            key="customer",
            customer=Column("key", required=True, aliases=("客户编号", "客户名称", "客户", "客戶編號", "客戶", "customer", "customer id", "account", "resellerkey", "客户编码", "客户代码", "kundennr", "kd.-nr.", "kundennummer", "kunde", "code client", "n° client", "client", "código cliente", "cliente", "顧客コード", "得意先コード", "顧客番号")),
            name=Column("text", aliases=("客户名称", "公司名称", "客戶名稱", "name", "customer name", "company", "reseller", "firma", "kundenname", "nom client", "raison sociale", "nombre cliente", "razón social", "顧客名", "得意先名", "会社名")),
            industry=Column("text", aliases=("行业", "产业", "行業", "產業", "industry", "sector", "business type", "branche", "secteur", "業種", "業界")),
            size=Column("text", aliases=("规模", "客户等级", "規模", "size", "tier", "segment", "kundenklasse", "umsatzklasse")),
            since=Column("date", aliases=("开户日期", "首次合作日期", "since", "customer since", "created", "建档日期", "kunde seit")),
            employees=Column("quantity", at_least=0, aliases=("员工人数", "人数", "員工人數", "employees", "headcount")),
        ),
        _table(
            "market",
            "size of the market, by period and segment",
            key="period segment published",
            dated="period",
            period=Column("date", required=True, aliases=("期间", "年份", "季度", "月份", "period", "year", "quarter", "date", "month")),
            segment=Column("text", aliases=("细分市场", "区域", "行业", "細分市場", "segment", "region", "industry")),
            size=Column("money", at_least=0, aliases=("市场规模", "规模", "市場規模", "size", "market size", "value")),
            growth=Column("ratio", aliases=("增长率", "增速", "成長率", "growth", "growth rate")),
            unit=Column("text", aliases=("单位", "單位", "unit")),
            published=Column("date", aliases=("发布日期", "公布日期", "發布日期", "published", "release date", "date published"), meaning="day of publication: of two figures for one period the later counts"),
        ),
        _table(
            "competitors",
            "dated moves of competitors",
            dated="date",
            date=Column("date", required=True, aliases=("日期", "date", "week", "period")),
            competitor=Column("text", required=True, aliases=("竞争对手", "竞品", "競爭對手", "競品", "competitor", "company")),
            kind=Column("text", aliases=("类型", "动作", "類型", "kind", "type", "event")),
            note=Column("text", aliases=("说明", "内容", "說明", "note", "description", "details")),
            sales=Column("money", at_least=0, aliases=("销售额", "銷售額", "sales", "revenue")),
        ),
        _table(
            "spend",
            "what was spent to win customers",
            dated="date",
            date=Column("date", required=True, aliases=("日期", "月份", "date", "month", "period", "datum", "monat", "mois", "fecha", "mes", "日付")),
            channel=Column("text", aliases=("渠道", "投放渠道", "通路", "channel", "campaign", "source")),
            amount=Column("money", required=True, at_least=0, aliases=("费用", "花费", "投放金额", "費用", "花費", "amount", "spend", "cost", "budget", "kosten", "ausgaben", "coût", "dépenses", "coste", "costo", "gasto", "広告費")),
            currency=Column("key", aliases=("币种", "货币", "币别", "幣別", "currency", "currency code", "currency iso code", "währung"), meaning="of the amount; the table rates converts it"),
            leads=Column("quantity", at_least=0, aliases=("线索数", "线索", "名單數", "leads")),
        ),
        _table(
            "payments",
            "money received",
            dated="date",
            date=Column("date", required=True, aliases=("回款日期", "收款日期", "付款日期", "日期", "date", "payment date", "paid date", "zahlungsdatum", "zahlungseingang", "date de paiement", "fecha de pago", "入金日")),
            amount=Column("money", required=True, aliases=("回款金额", "收款金额", "回款金額", "收款金額", "金额", "金額", "amount", "paid", "payment", "zahlbetrag", "betrag", "montant payé", "importe pagado", "入金額")),
            order=Column("key", aliases=("订单号", "订单编号", "訂單編號", "order", "order id", "invoice", "rechnungsnr", "belegnr")),
            customer=Column("key", references="customers", aliases=("客户名称", "客户", "客戶", "customer", "account", "客户编码", "kunde", "kundennr")),
            currency=Column("key", aliases=("币种", "货币", "币别", "幣別", "currency", "currency code", "currency iso code", "währung"), meaning="of the amount; the table rates converts it"),
            due=Column("date", aliases=("到期日", "应收日期", "應收日期", "due", "due date")),
        ),
        _table(
            "satisfaction",
            "scores that customers gave",
            dated="date",
            date=Column("date", required=True, aliases=("日期", "评价日期", "date", "survey date", "period")),
            score=Column("number", required=True, aliases=("评分", "满意度", "得分", "評分", "滿意度", "score", "rating", "nps", "csat")),
            customer=Column("key", references="customers", aliases=("客户名称", "客户", "客戶", "customer", "account")),
            answers=Column("quantity", at_least=0, aliases=("样本数", "人数", "樣本數", "answers", "n", "responses")),
        ),
        _table(
            "events",
            "what happened that sales may show: campaigns, price changes, departures",
            dated="date",
            date=Column("date", required=True, aliases=("日期", "开始日期", "開始日期", "date", "start", "start date")),
            end=Column("date", aliases=("结束日期", "結束日期", "end", "end date")),
            kind=Column("text", required=True, aliases=("类型", "類型", "kind", "type")),
            name=Column("text", aliases=("名称", "事件", "名稱", "name", "event", "title")),
        ),
        _table(
            "rates",
            "what one unit of a currency is worth in the company's own, from a day on",
            key="currency date",
            currency=Column("key", required=True, aliases=("币种", "货币", "幣別", "currency", "currency code", "币别", "währung", "from currency", "currency iso code")),
            date=Column("date", required=True, aliases=("日期", "生效日期", "date", "from", "valid from", "gültig ab", "datum")),
            rate=Column("number", required=True, at_least=0, aliases=("汇率", "匯率", "rate", "exchange rate", "kurs", "wechselkurs", "conversion rate")),
        ),
    )
}  # fmt: skip

REFERENCE_TABLES = {"reps": "rep", "products": "product", "customers": "customer"}


def headers(table: str) -> dict[str, str]:
    """The columns of a table by every header they are known under, their own names included."""
    columns = TABLES[table].columns
    return {alias: name for name, column in columns.items() for alias in (*reversed(column.aliases), name)}
