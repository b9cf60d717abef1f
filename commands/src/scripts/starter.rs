//! A starter template for each type of campaign: who is calling and for whom first, the opt-out number right after, about
//! thirty seconds in all, and a fallback for every value that a contact may lack.

use domain::campaign::CampaignType;

/// The template that a campaign of this type starts with.
pub const fn starter_template(kind: CampaignType) -> &'static str {
    match kind {
        CampaignType::SphereOfInfluence => {
            "Hi {{ first_name | default('there') }}, this is {{ agent_name }} with {{ brokerage }}. \
             To opt out of these messages, call {{ opt_out_phone }}. This is an AI voice. \
             I was thinking of you and wanted to say hello. The market around {{ city | default('town') }} has been \
             moving, and a few neighbors have asked me what their homes are worth now. If you are curious about yours, \
             or know somebody who is thinking about a move, I would love to help, with no obligation at all. It only takes a few \
             minutes, and I am glad to answer any question you have. \
             Call me any time at {{ agent_phone }}. Again, {{ agent_name }}, {{ agent_phone }}. Take care!"
        }
        CampaignType::PastClients => {
            "Hi {{ first_name | default('there') }}, it's {{ agent_name }} with {{ brokerage }}. \
             To opt out of these messages, call {{ opt_out_phone }}. This is an AI voice. \
             I hope you are still enjoying the home{% if street_name is defined %} on {{ street_name }}{% endif %}. \
             {% if sale_date is defined %}It has been a while since {{ sale_date }}, and values have changed. {% endif %}\
             I put together a short review of what homes like yours sell for today, and I am happy to send it over, no \
             strings attached. And if you have any question about the house, taxes or the neighborhood, I am still your \
             agent and always happy to hear from you. Just call me at {{ agent_phone }}. That's {{ agent_phone }}. Talk soon!"
        }
        CampaignType::NeighborhoodExpireds => {
            "Hello {{ first_name | default('neighbor') }}, this is {{ agent_name }} with {{ brokerage }}. \
             To opt out of these messages, call {{ opt_out_phone }}. This is an AI voice. \
             I noticed that the home{% if street_name is defined %} on {{ street_name }}{% endif %} \
             {% if neighborhood is defined %}in {{ neighborhood }} {% endif %}is no longer on the market. \
             Often it is not the home but the plan behind it, and I have a fresh idea or two about how to bring the \
             right buyers. If you would still like to sell, I would be glad to share them in ten minutes, and you can decide \
             for yourself whether they are worth trying. \
             My number is {{ agent_phone }}. Once more, {{ agent_phone }}. Thank you."
        }
        CampaignType::HighEquity => {
            "Hello {{ first_name | default('there') }}, this is {{ agent_name }} with {{ brokerage }}. \
             To opt out of these messages, call {{ opt_out_phone }}. This is an AI voice. \
             Owners in {{ city | default('your area') }} who bought when you did have often built up more equity than \
             they think. If you have wondered what that could mean for you, a bigger place, a smaller one, or simply \
             knowing the number, I can prepare a private estimate for your home at no cost, and what you do with it is \
             entirely up to you. \
             Call me at {{ agent_phone }}, that's {{ agent_phone }}. Thank you, and have a great day."
        }
        CampaignType::Custom => {
            "Hello {{ first_name | default('there') }}, this is {{ agent_name }} with {{ brokerage }}. \
             To opt out of these messages, call {{ opt_out_phone }}. This is an AI voice. \
             I have some news about the market in {{ city | default('your area') }} that I would like to share with you. \
             If you have a question about your home, or about buying or selling, I am here to help, and there is never any \
             obligation. It only takes a few minutes on the phone, whenever it suits you best. \
             Call me at {{ agent_phone }}. Again, that's {{ agent_phone }}. Thank you!"
        }
    }
}
