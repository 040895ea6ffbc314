"""Layouts to begin with: as three manufacturers, none of them real, want their sheets. A shop makes them its own."""

from dataclasses import dataclass

from dealer.records.claims import SheetFile, SheetPurpose

P, F = SheetPurpose, SheetFile


@dataclass(frozen=True)
class Example:
    """One sheet of one manufacturer."""

    maker: str
    purpose: SheetPurpose
    title: str
    columns: str
    file: SheetFile = F.XLSX
    sheet: str = ""
    above: str = ""


EXAMPLES: dict[str, Example] = {
    # 星原汽车: workbooks with a title, Chinese heads, one row a car.
    "xingyuan_claim": Example("星原汽车", P.CLAIM, "大客户返利申请明细表", """序号 | 序号
经销商代码 | 经销商代码
报备编号 | 报备编号
客户名称 | 客户
客户类别 | 客户类别
车型代码 | 车型代码
车型 | 车型
颜色 | 颜色
车架号 | VIN
发动机号 | 发动机号
发票号码 | 发票号
开票日期 | 开票日期 | yyyy/m/d
发票金额 | 价税合计
车牌号 | 号牌
交车日期 | 交车日期 | yyyy/m/d
申请返利金额 | 返利金额""", sheet="返利申请",
        above="大客户返利申请明细表\n经销商：{dealer}（{dealer_code}）  日期：{day}  共 {count} 台"),
    "xingyuan_feedback": Example("星原汽车", P.FEEDBACK, "大客户报备月报", """序号 | 序号
月份 | 月份 | yyyymm
经销商代码 | 经销商代码
报备编号 | 报备编号
报备状态 | 报备状态
客户名称 | 客户
统一社会信用代码 | 客户代码
客户类别 | 客户类别
车型 | 车型
数量 | 数量
报备日期 | 报备日期 | yyyy/m/d
批复日期 | 批复日期 | yyyy/m/d
合同日期 | 合同生效日期 | yyyy/m/d
首张发票日期 | 首张发票日期 | yyyy/m/d
已交车数量 | 已交数量
负责人 | 负责人""", sheet="月报", above="星原汽车大客户报备月报  {month}\n经销商：{dealer}（{dealer_code}）"),
    "xingyuan_order": Example("星原汽车", P.ORDER, "整车采购申请单", """行号 | 序号
车型代码 | 车型代码
车型 | 车型
颜色 | 颜色
数量 | 数量
期望到店日期 | 需求日期 | yyyy/m/d
备注 | 备注""", sheet="采购申请", above="整车采购申请单\n经销商：{dealer}（{dealer_code}）  日期：{day}"),
    "xingyuan_statement": Example("星原汽车", P.STATEMENT, "返利付款对账单", """车架号 | VIN
返利金额 | 金额
付款日期 | 付款日期 | yyyy/m/d
付款凭证 | 凭证号
备注 | 备注"""),
    # 北川新能源: its system takes CSV in the Chinese encoding, days as eight digits, English heads.
    "beichuan_claim": Example("北川新能源", P.CLAIM, "FLEET_CLAIM", """DEALER_CODE | dealer_code
FILING_NO | filing_no
CUST_NAME | customer
CUST_USCC | customer_code
CUST_TYPE | customer_class
MODEL_CODE | model_code
VIN | vin
INVOICE_NO | invoice
INVOICE_DATE | invoiced_on | yyyymmdd
INVOICE_AMT | price
INVOICE_NET | net
DELIVERY_DATE | delivered_on | yyyymmdd
CLAIM_AMT | allowance
CURRENCY | =CNY""", F.CSV_GB),
    "beichuan_feedback": Example("北川新能源", P.FEEDBACK, "FLEET_MONTHLY", """MONTH | month | yyyymm
DEALER_CODE | dealer_code
FILING_NO | filing_no
STATUS | filing_state
CUST_NAME | customer
CUST_TYPE | customer_class
MODEL_CODE | model_code
QTY | quantity
FILED_DATE | submitted_on | yyyymmdd
APPROVED_DATE | approved_on | yyyymmdd
CONTRACT_NO | contract
CONTRACT_DATE | contract_day | yyyymmdd
DELIVERED_QTY | delivered
LAST_DELIVERY | last_delivery_on | yyyymmdd""", F.CSV_GB),
    "beichuan_order": Example("北川新能源", P.ORDER, "FACTORY_ORDER", """DEALER_CODE | dealer_code
ORDER_NO | order
LINE_NO | place
MODEL_CODE | model_code
COLOUR | colour
QTY | quantity
REQ_DATE | wanted_by | yyyymmdd""", F.CSV_GB),
    "beichuan_statement": Example("北川新能源", P.STATEMENT, "REBATE_PAYMENT", """VIN | vin
PAID_AMT | amount
PAID_DATE | paid_on | yyyymmdd
VOUCHER | reference""", F.CSV_GB),
    # 云岭汽车: CSV in UTF-8, days in words, the buyer first.
    "yunling_claim": Example("云岭汽车", P.CLAIM, "集团销售返利申报", """购车单位 | 客户
单位性质 | 客户类别
合同号 | 合同号
合同签订日期 | 合同生效日期 | yyyy年m月d日
品牌车型 | 车型
外观颜色 | 颜色
车辆识别代号 | VIN
合格证编号 | 合格证号
机动车发票号 | 发票号
发票日期 | 开票日期 | yyyy年m月d日
价税合计（元） | 价税合计
其中税额（元） | 税额
申报金额（元） | 返利金额
申报门店 | 经销商""", F.CSV),
    "yunling_feedback": Example("云岭汽车", P.FEEDBACK, "集团销售信息反馈表", """门店 | 经销商
购车单位 | 客户
单位性质 | 客户类别
车型 | 车型
台数 | 数量
报备时间 | 报备日期 | yyyy年m月d日
报备结果 | 报备状态
合同时间 | 合同生效日期 | yyyy年m月d日
已交台数 | 已交数量
最近交车 | 最近交车日期 | yyyy年m月d日""", F.CSV),
    "yunling_order": Example("云岭汽车", P.ORDER, "工厂订单", """订单号 | 订单号
车型代码 | 车型代码
车型 | 车型
颜色 | 颜色
台数 | 数量
要求到店 | 需求日期 | yyyy年m月d日
说明 | 备注""", F.CSV),
    "yunling_statement": Example("云岭汽车", P.STATEMENT, "返利兑付明细", """车辆识别代号 | VIN
兑付金额（元） | 金额
兑付日期 | 付款日期
凭证 | 凭证号""", F.CSV),
}  # fmt: skip
