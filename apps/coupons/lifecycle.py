"""The lives of coupon templates and claim campaigns: the shared tables with the permissions of this app."""

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
