"""The lives of coupon templates and claim campaigns: the shared tables with the permissions of this app."""

from enum import StrEnum

from apps.offers.lifecycle import Right, running_table, template_table

TEMPLATE_RIGHTS = {
    Right.ADD: "coupons.add_coupontemplate",
    Right.EDIT: "coupons.change_coupontemplate",
    Right.SUBMIT: "coupons.submit_coupontemplate",
    Right.WITHDRAW: "coupons.submit_coupontemplate",
    Right.APPROVE: "coupons.approve_coupontemplate",
    Right.STOP: "coupons.stop_coupontemplate",
    Right.RESUME: "coupons.approve_coupontemplate",
    Right.REVISE: "coupons.change_coupontemplate",
}
CAMPAIGN_RIGHTS = {
    Right.ADD: "coupons.add_claimcampaign",
    Right.EDIT: "coupons.change_claimcampaign",
    Right.SUBMIT: "coupons.submit_claimcampaign",
    Right.WITHDRAW: "coupons.submit_claimcampaign",
    Right.APPROVE: "coupons.approve_claimcampaign",
    Right.PAUSE: "coupons.pause_claimcampaign",
    Right.RESUME: "coupons.approve_claimcampaign",
    Right.STOP: "coupons.pause_claimcampaign",
    Right.REVOKE: "coupons.submit_claimcampaign",
    Right.REVISE: "coupons.change_claimcampaign",
}
TEMPLATE_TABLE = template_table(TEMPLATE_RIGHTS)
CAMPAIGN_TABLE = running_table(CAMPAIGN_RIGHTS)


class CouponState(StrEnum):
    UNUSED = "unused"
    HELD = "held"
    USED = "used"
    EXPIRED = "expired"
    VOID = "void"


class CouponAction(StrEnum):
    HOLD = "hold"
    USE = "use"
    RELEASE = "release"
    RETURN = "return"
    EXPIRE = "expire"
    VOID = "void"


#: a coupon's life: what is not named here is refused, by a trigger too
COUPON_TABLE: dict[tuple[CouponState, CouponAction], tuple[CouponState, ...]] = {
    (CouponState.UNUSED, CouponAction.HOLD): (CouponState.HELD,),
    (CouponState.HELD, CouponAction.USE): (CouponState.USED,),
    # Released after its validity or its template ended, it is unused for no time at all: both edges in one transaction.
    (CouponState.HELD, CouponAction.RELEASE): (CouponState.UNUSED,),
    (CouponState.USED, CouponAction.RETURN): (CouponState.UNUSED, CouponState.EXPIRED),
    (CouponState.UNUSED, CouponAction.EXPIRE): (CouponState.EXPIRED,),
    (CouponState.UNUSED, CouponAction.VOID): (CouponState.VOID,),
}


class Source(StrEnum):
    """How a coupon came to its customer. The five of the grants API are also what an agent may choose."""

    CLAIM = "claim"
    CODE = "code"
    PUSH = "push"
    EVENT = "event"
    REWARD = "reward"
    SERVICE_COMPENSATION = "service_compensation"
    LOTTERY = "lottery"
    MEMBERSHIP = "membership"
    REGISTRATION = "registration"
    REFERRAL = "referral"


GRANT_SOURCES = (
    Source.SERVICE_COMPENSATION,
    Source.LOTTERY,
    Source.MEMBERSHIP,
    Source.REGISTRATION,
    Source.REFERRAL,
)


class RedemptionState(StrEnum):
    """Of one use of a coupon by an order; held and used are active, and a coupon has at most one such."""

    HELD = "held"
    USED = "used"
    RELEASED = "released"
    RETURNED = "returned"


class RewardState(StrEnum):
    HELD = "held"
    GRANTED = "granted"
    RELEASED = "released"


class CodeBatchState(StrEnum):
    """Of a batch of codes: approved before any code exists, exported once, revoked for good."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    GENERATING = "generating"
    OPEN = "open"
    REVOKED = "revoked"


class PushState(StrEnum):
    """Of a mass push: a test list first, then the audience; stopping and going on lose and repeat nothing."""

    WAITING = "waiting"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"


class EventGrantState(StrEnum):
    """Of something that brings a customer coupons: it waits a moment, then it is given or refused."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
