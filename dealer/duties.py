"""Who may do what: the one permission table.

A row of a life names one of these duties in its `who` column; a screen names one in `need()` or `may_see`. Read it
aloud: "prices are decided by the key-account manager, the showroom manager, the general manager".
"""

from dealer.records.people import Role

R = Role
EVERYBODY = frozenset(Role) - {R.SUB_DEALER}  # of our house
SELLERS = frozenset({R.CONSULTANT, R.SPECIALIST, R.SUPERVISOR, R.NETWORK, R.KEY_ACCOUNT})
LEADERS = frozenset({R.KEY_ACCOUNT, R.SHOWROOM, R.SALES, R.GENERAL})

# duty                        roles
DUTIES: dict[str, frozenset[Role]] = {
    # deals
    "register deals":         frozenset({R.CONSULTANT, R.SPECIALIST, R.NETWORK, R.RECEPTION}),  # the last from a visit
    "bring deals":            frozenset({R.CONSULTANT, R.SPECIALIST, R.NETWORK, R.RECEPTION, R.SUB_DEALER}),
    "start deals":            frozenset({R.CONSULTANT, R.SPECIALIST, R.NETWORK, R.SUB_DEALER}),  # others from a visit
    "own deals":              SELLERS,
    "confirm losses":         frozenset({R.KEY_ACCOUNT}),
    "return deals":           frozenset({R.KEY_ACCOUNT, R.FINANCE, R.GENERAL}),
    "decide on deals":        frozenset({R.KEY_ACCOUNT}),
    "begin deliveries":       frozenset({R.CLERK}),
    "cancel deals":           frozenset({R.GENERAL}),
    "waive drives":           frozenset({R.KEY_ACCOUNT, R.SHOWROOM}),
    "see deals":              EVERYBODY - {R.RECEPTION, R.TECHNICIAN, R.ADMIN} | {R.SUB_DEALER},
    "see approvals":          EVERYBODY - {R.RECEPTION, R.TECHNICIAN, R.ADMIN},
    "see all deals":          LEADERS | {R.CLERK, R.VEHICLES, R.SERVICE, R.NETWORK, R.CUSTOMER_SERVICE, R.FINANCE},
    # customers
    "keep customers":         SELLERS | {R.CLERK},
    "see customers":          EVERYBODY - {R.TECHNICIAN, R.ADMIN, R.VEHICLES} | {R.SUB_DEALER},
    # prices
    "write price lists":      frozenset({R.KEY_ACCOUNT}),
    "approve price lists":    frozenset({R.GENERAL}),
    "decide prices":          frozenset({R.KEY_ACCOUNT, R.SHOWROOM, R.GENERAL}),
    "confirm allowances":     frozenset({R.FINANCE, R.KEY_ACCOUNT}),
    "see margins":            frozenset({R.KEY_ACCOUNT, R.SALES, R.GENERAL, R.FINANCE}),
    "record deal costs":      frozenset({R.KEY_ACCOUNT, R.FINANCE}),
    "keep offer templates":   frozenset({R.KEY_ACCOUNT}),
    "keep frameworks":        frozenset({R.KEY_ACCOUNT}),
    "approve frameworks":     frozenset({R.GENERAL}),
    # the manufacturer
    "write oem policies":     frozenset({R.KEY_ACCOUNT}),
    "approve oem policies":   frozenset({R.GENERAL}),
    "open filings":           frozenset({R.CONSULTANT, R.SPECIALIST, R.NETWORK, R.RECEPTION, R.KEY_ACCOUNT}),
    "file with the manufacturer": frozenset({R.SPECIALIST, R.KEY_ACCOUNT}),  # beside the owner
    "see oem":                SELLERS | LEADERS | {R.CLERK, R.FINANCE},
    "see the market":         SELLERS | LEADERS,
    "keep the market":        frozenset({R.SUPERVISOR, R.KEY_ACCOUNT}),  # beside who saw it, or is in touch
    "plan campaigns":         frozenset({R.KEY_ACCOUNT, R.SHOWROOM, R.SALES}),
    "see campaigns":          SELLERS | LEADERS | {R.FINANCE},
    # contracts
    "review for risk":        frozenset({R.KEY_ACCOUNT}),
    "review for finance":     frozenset({R.FINANCE}),
    "review for the house":   frozenset({R.GENERAL}),
    "remark on contracts":    frozenset({R.KEY_ACCOUNT, R.FINANCE, R.GENERAL}),
    "issue contracts":        frozenset({R.CLERK, R.KEY_ACCOUNT}),
    "print contracts":        frozenset({R.CLERK, R.KEY_ACCOUNT}),
    "record signatures":      frozenset({R.CLERK}),
    "confirm signatures":     frozenset({R.KEY_ACCOUNT}),
    "see contracts":          SELLERS | LEADERS | {R.CLERK, R.FINANCE},
    "write clauses":          frozenset({R.KEY_ACCOUNT, R.CLERK}),
    "approve clauses":        frozenset({R.GENERAL}),
    "see clauses":            LEADERS | {R.CLERK, R.FINANCE},
    # test drives
    "book drives":            frozenset({R.CONSULTANT, R.SPECIALIST, R.RECEPTION}),
    "call off drives":        frozenset({R.RECEPTION, R.SHOWROOM}),  # beside who booked or accompanies it
    "verify licences":        frozenset({R.CONSULTANT, R.SPECIALIST}),
    "override probation":     frozenset({R.KEY_ACCOUNT, R.SHOWROOM}),
    "clear conduct":          frozenset({R.SHOWROOM}),
    "keep demo cars":         frozenset({R.VEHICLES}),
    "keep routes":            frozenset({R.SHOWROOM}),
    "ask for cars":           EVERYBODY - {R.ADMIN},
    "approve trips":          LEADERS,
    "see all trips":          LEADERS | {R.VEHICLES},
    "see drives":             EVERYBODY - {R.FINANCE, R.ADMIN, R.TECHNICIAN},
    "see licences":           frozenset({R.CONSULTANT, R.SPECIALIST, R.SUPERVISOR, R.KEY_ACCOUNT, R.SHOWROOM}),
    # vehicles and delivery
    "keep stock":             frozenset({R.VEHICLES}),
    "order cars":             frozenset({R.VEHICLES, R.KEY_ACCOUNT}),
    "approve factory orders": frozenset({R.KEY_ACCOUNT, R.GENERAL}),
    "allocate":               frozenset({R.KEY_ACCOUNT, R.VEHICLES}),
    "ask out of turn":        frozenset({R.KEY_ACCOUNT}),
    "allow out of turn":      frozenset({R.GENERAL}),
    "inspect":                frozenset({R.TECHNICIAN}),
    "keep inspection lists":  frozenset({R.SERVICE}),
    "see inspection lists":   frozenset({R.SERVICE, R.TECHNICIAN}),
    "hand over":              frozenset({R.CONSULTANT, R.SPECIALIST}),
    "introduce the service":  frozenset({R.SERVICE, R.TECHNICIAN}),  # beside the consultant, to the receiver
    "record money":           frozenset({R.FINANCE}),
    "ask for refunds":        frozenset({R.KEY_ACCOUNT}),
    "see the money":          frozenset({R.FINANCE, R.GENERAL, R.KEY_ACCOUNT}),
    "lead a group":           frozenset({R.SUPERVISOR}),
    "see credit":             SELLERS | LEADERS | {R.FINANCE},
    "analyse credit":         frozenset({R.KEY_ACCOUNT, R.FINANCE}),
    "approve credit":         frozenset({R.GENERAL}),
    "keep registrations":     frozenset({R.CLERK, R.VEHICLES}),  # beside the owner
    "see claims":             SELLERS | LEADERS | {R.CLERK, R.FINANCE, R.VEHICLES},
    "approve refunds":        frozenset({R.GENERAL}),
    "reach receivers":        SELLERS | {R.CLERK, R.VEHICLES, R.CUSTOMER_SERVICE},
    "call back":              frozenset({R.CUSTOMER_SERVICE}),
    "see care":               SELLERS | LEADERS | {R.SERVICE, R.CUSTOMER_SERVICE},
    "see all care":           LEADERS | {R.SUPERVISOR, R.SERVICE, R.CUSTOMER_SERVICE},
    "see reviews":            SELLERS | LEADERS | {R.SERVICE, R.CUSTOMER_SERVICE},
    "review satisfaction":    frozenset({R.KEY_ACCOUNT}),
    "own actions":            SELLERS | {R.SHOWROOM, R.SALES, R.SERVICE, R.CUSTOMER_SERVICE},
    "hand out calls":         frozenset({R.SUPERVISOR, R.SERVICE}),
    "see stock":              EVERYBODY - {R.RECEPTION, R.ADMIN},
    "raise risks":            SELLERS | LEADERS | {R.CLERK, R.FINANCE, R.VEHICLES},
    "report emergencies":     EVERYBODY - {R.ADMIN},
    "direct emergencies":     LEADERS,
    # the showroom
    "log visits":             frozenset({R.RECEPTION, R.CONSULTANT}),
    "assign visits":          frozenset({R.RECEPTION, R.SHOWROOM}),
    "sign days":              frozenset({R.SHOWROOM}),
    "see traffic":            frozenset({R.RECEPTION, R.SHOWROOM, R.SALES, R.GENERAL}),
    "see visits":             frozenset({R.RECEPTION, R.CONSULTANT, R.SPECIALIST, R.SHOWROOM, R.SALES, R.GENERAL}),
    "keep cards":             frozenset({R.CONSULTANT, R.SPECIALIST}),
    "import cards":           frozenset({R.CONSULTANT, R.SPECIALIST, R.KEY_ACCOUNT, R.SHOWROOM, R.SALES}),
    "see cards":              SELLERS | LEADERS,
    "see reports":            SELLERS | LEADERS | {R.RECEPTION},
    "see sales reports":      SELLERS | LEADERS,
    "see all cards":          LEADERS,
    "reveal phones":          LEADERS | {R.CUSTOMER_SERVICE},
    "decide on cards":        frozenset({R.KEY_ACCOUNT, R.SALES}),
    "move cards":             frozenset({R.KEY_ACCOUNT, R.SHOWROOM, R.SALES}),
    "make visits":            SELLERS,
    "send notes":             frozenset({R.CONSULTANT, R.SPECIALIST, R.SUPERVISOR, R.NETWORK}),
    "answer notes":           frozenset({R.KEY_ACCOUNT}),
    "see notes":              SELLERS,
    "sign hand-ins":          frozenset({R.KEY_ACCOUNT, R.SALES}),
    "make calls":             frozenset({R.CUSTOMER_SERVICE, R.CONSULTANT, R.SPECIALIST}),
    # sub-dealers
    "develop sub-dealers":    frozenset({R.SPECIALIST, R.NETWORK}),
    "keep sub-dealers":       frozenset({R.NETWORK}),
    "report months":          frozenset({R.NETWORK, R.SUB_DEALER}),
    "rank sub-dealers":       LEADERS | {R.SPECIALIST, R.SUPERVISOR, R.NETWORK},
    "approve statements":     frozenset({R.KEY_ACCOUNT, R.GENERAL}),
    "confirm sub-dealer agreements": frozenset({R.GENERAL}),
    "ask for support":        frozenset({R.SPECIALIST, R.NETWORK, R.SUB_DEALER}),
    "support sub-dealers":    frozenset({R.SPECIALIST, R.NETWORK, R.VEHICLES, R.CLERK, R.SERVICE, R.TECHNICIAN}),
    "see sub-dealers":        LEADERS | {R.SPECIALIST, R.SUPERVISOR, R.NETWORK, R.FINANCE, R.SUB_DEALER},
    # after the sale
    "register complaints":    EVERYBODY - {R.ADMIN},  # whoever meets customers hears of it first
    "accept complaints":      frozenset({R.CUSTOMER_SERVICE}),
    "handle complaints":      SELLERS | LEADERS | {R.SERVICE, R.CUSTOMER_SERVICE},
    "assign complaints":      frozenset({R.CUSTOMER_SERVICE, R.KEY_ACCOUNT}),
    "guide complaints":       frozenset({R.KEY_ACCOUNT}),
    "direct complaints":      frozenset({R.GENERAL}),
    "allow compensation":     LEADERS,
    "ask after complaints":   frozenset({R.CUSTOMER_SERVICE, R.KEY_ACCOUNT, R.SERVICE}),  # never who handled it
    "see complaints":         EVERYBODY - {R.ADMIN},
    "see all complaints":     LEADERS | {R.SERVICE, R.CUSTOMER_SERVICE},
    "take enquiries":         SELLERS | LEADERS | {R.RECEPTION, R.CLERK, R.SERVICE, R.CUSTOMER_SERVICE},
    "run the enquiry desk":   frozenset({R.RECEPTION, R.CUSTOMER_SERVICE}),
    "see all enquiries":      LEADERS | {R.RECEPTION, R.SERVICE, R.CUSTOMER_SERVICE},
    "book service":           frozenset({R.CONSULTANT, R.SPECIALIST, R.RECEPTION, R.SERVICE, R.CUSTOMER_SERVICE}),
    "run the workshop":       frozenset({R.SERVICE}),
    "see the workshop":       LEADERS | {R.CONSULTANT, R.SPECIALIST, R.RECEPTION, R.SERVICE, R.CUSTOMER_SERVICE},
    # leading the department
    "see plans":              SELLERS | LEADERS,
    "see all plans":          LEADERS,
    "write plans":            frozenset({R.KEY_ACCOUNT}),
    "approve plans":          frozenset({R.GENERAL}),
    # the house
    "appraise":               LEADERS | {R.SERVICE},
    "keep training":          LEADERS | {R.SERVICE},
    "ask for leave":          EVERYBODY,
    "approve leave":          LEADERS,  # whose turn it is: staffing/leave_deciders.py
    "see settings":           frozenset({R.ADMIN, R.KEY_ACCOUNT, R.SALES, R.GENERAL}),
    "guard personal data":    frozenset({R.ADMIN, R.GENERAL}),
    "take data requests":     frozenset({R.ADMIN, R.GENERAL, R.RECEPTION, R.CUSTOMER_SERVICE}),
    "keep people":            frozenset({R.ADMIN}),
    "keep the machine":       frozenset({R.ADMIN}),
    "keep integrations":      frozenset({R.ADMIN}),
    "keep the shop":          frozenset({R.ADMIN, R.GENERAL}),
    "propose policies":       frozenset({R.KEY_ACCOUNT}),
    "approve policies":       frozenset({R.GENERAL}),
}  # fmt: skip

# Whoever has one of these shows a code of their phone beside the password: their word moves money, or says who may.
WITH_SECOND_FACTOR = (
    "decide prices", "approve price lists", "confirm allowances", "approve frameworks", "approve oem policies",
    "review for finance", "review for the house", "issue contracts", "confirm signatures", "approve factory orders",
    "allow out of turn", "record money", "ask for refunds", "approve refunds", "approve credit", "approve statements",
    "allow compensation", "approve policies", "guard personal data", "keep people", "keep the shop",
    "keep integrations",
)  # fmt: skip
