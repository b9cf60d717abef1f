//! The domain's own words as GraphQL enums; the compiler holds the two together.

use async_graphql::Enum;

macro_rules! remote_enums {
    ($($(#[$doc:meta])* $name:ident = $remote:literal { $($(#[$variant_doc:meta])* $variant:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Enum, Copy, Clone, Eq, PartialEq)]
        #[graphql(remote = $remote)]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }
    )+};
}

remote_enums! {
    /// Where a campaign stands.
    CampaignStatus = "domain::campaign::CampaignStatus" {
        /// Never made.
        Absent,
        /// Being set up.
        Draft,
        /// Contacts are being read.
        ImportingContacts,
        /// Scripts are being written.
        GeneratingScripts,
        /// Scripts are being reviewed.
        Review,
        /// Approved scripts are being spoken.
        GeneratingAudio,
        /// Ready to be submitted.
        Approved,
        /// With the dispatcher; nothing handed over yet.
        Submitted,
        /// Voicemails are being handed over.
        Active,
        /// Nothing more is handed over for now.
        Paused,
        /// Every script is settled.
        Completed,
        /// Given up.
        Failed,
        /// Stopped by a person.
        Cancelled,
    }
    /// What a campaign is for.
    CampaignType = "domain::campaign::CampaignType" {
        /// People the agent knows.
        SphereOfInfluence,
        /// People the agent has closed with.
        PastClients,
        /// Owners whose listing expired.
        NeighborhoodExpireds,
        /// Owners with much equity.
        HighEquity,
        /// Anything else.
        Custom,
    }
    /// Whose halt of all sending it is.
    HaltedBy = "domain::organization::HaltedBy" {
        /// The organization's.
        Organization,
        /// The installation's, for all organizations.
        Operator,
    }
    /// Where a stored carrier report stands.
    WebhookStanding = "commands::ports::WebhookStanding" {
        /// Stored, not yet looked at.
        Waiting,
        /// Recorded.
        Applied,
        /// Without a drop of ours.
        Unmatched,
        /// Not understood.
        Unreadable,
        /// Refused at the door: bad signature, stale, unknown token.
        Rejected,
    }
    /// What a finding of the readiness check is about.
    ReadinessSubject = "commands::ports::ReadinessSubject" {
        /// The carrier can't be asked.
        Carrier,
        /// Key, secret or their scopes.
        Credentials,
        /// Money on the carrier account.
        Funds,
        /// The account may send to its own test numbers only.
        TestNumbers,
        /// Numbers to send from.
        Numbers,
        /// The line to send from.
        Line,
        /// The registered brand.
        Brand,
        /// The pool of numbers to send from.
        Pool,
        /// Where calls back are forwarded to.
        Forwarding,
        /// How the carrier reaches this installation.
        CallbackAddress,
        /// What the carrier signs its webhooks with.
        WebhookSecret,
        /// The number that recipients see.
        CallerId,
        /// Somebody has halted all sending.
        Halt,
        /// A list of numbers that grows old.
        SuppressionList,
    }
    /// Where a contact came from.
    ContactSource = "domain::import::ContactSource" {
        /// A title company's list.
        TitleRep,
        /// Google Contacts.
        GoogleContacts,
        /// The CRM.
        Database,
        /// Mojo Dialer.
        MojoDialer,
        /// By hand.
        Manual,
        /// Any other file.
        CsvImport,
        /// An API push.
        ApiIntegration,
    }
    /// Whether a person may be contacted at all.
    ContactStanding = "domain::contact::ContactStanding" {
        /// Never made.
        Absent,
        /// Yes, as far as the person is concerned.
        Open,
        /// No voicemails.
        OptedOut,
        /// Not at all.
        DoNotContact,
        /// The data is gone.
        Erased,
    }
    /// How consent was given.
    ConsentForm = "domain::contact::ConsentForm" {
        /// Signed.
        Written,
        /// Spoken.
        Oral,
    }
    /// How an opt-out reached us.
    OptOutChannel = "domain::contact::OptOutChannel" {
        /// The automated line.
        Phone,
        /// A text message.
        Sms,
        /// An e-mail.
        Email,
        /// A web page.
        Web,
        /// A person told a person.
        Agent,
        /// The carrier reported it.
        Carrier,
    }
    /// Where an import stands.
    ImportStatus = "domain::import::ImportStatus" {
        /// Never begun.
        Absent,
        /// Rows are being read.
        Running,
        /// All rows are done.
        Completed,
        /// It could not go on.
        Failed,
        /// Taken back.
        /// Someone stopped it; what was made stays.
        Cancelled,
        /// It is being taken back.
        Undoing,
        Undone,
    }
    /// What a member may do.
    Role = "domain::organization::Role" {
        /// All of it.
        Admin,
        /// Own campaigns, and those of the own teams.
        Agent,
        /// Reads what an agent of the team may read.
        Viewer,
        /// Reads everything with its history, changes nothing.
        Auditor,
    }
    /// Who wrote a script.
    Author = "domain::script::Author" {
        /// A language model.
        Ai,
        /// The template.
        Template,
        /// A person.
        Manual,
    }
    /// What a reviewer says.
    Review = "domain::script::Review" {
        /// It may be spoken and sent.
        Approved,
        /// It may not.
        Rejected,
        /// It may not as it is.
        NeedsRevision,
    }
    /// What was said of the newest version.
    ReviewState = "projections::ReviewState" {
        /// Nothing yet.
        Pending,
        /// It may be spoken and sent.
        Approved,
        /// It may not.
        Rejected,
        /// It may not as it is.
        NeedsRevision,
    }
    /// Where the audio of the newest version stands.
    AudioState = "projections::AudioState" {
        /// Not asked for.
        None,
        /// Asked for.
        Requested,
        /// Made.
        Rendered,
        /// Could not be made.
        Failed,
        /// Made, and deleted after its time.
        Removed,
    }
    /// What the lint checks.
    LintRule = "domain::script::lint::LintRule" {
        /// The settings do not say who calls.
        ProfileIncomplete,
        /// The agent is not named at the start.
        CallerNotNamed,
        /// The brokerage is not named at the start.
        SellerNotNamed,
        /// No way to opt out is said.
        NoOptOut,
        /// The way to opt out comes too late.
        OptOutLate,
        /// The opt-out number is not said.
        NoOptOutNumber,
        /// The agent's number is not said.
        NoCallbackNumber,
        /// A number is said that is nobody's.
        OtherNumber,
        /// An address of the web.
        Link,
        /// Shorter than 30 seconds.
        TooShort,
        /// Longer than 45 seconds.
        TooLong,
        /// Something was not filled in.
        Placeholder,
        /// A swear word.
        Profanity,
        /// A claim that must not be made.
        ForbiddenClaim,
        /// A preference that the Fair Housing Act forbids.
        FairHousing,
        /// Pressure.
        Pressure,
    }
    /// What follows from a finding of the lint.
    Severity = "domain::script::lint::Severity" {
        /// It can't be approved.
        Blocking,
        /// Somebody should look.
        Warning,
    }
    /// A step that costs something.
    CostStep = "domain::campaign::CostStep" {
        /// Writing scripts.
        Writer,
        /// Speaking them.
        Voice,
        /// Delivering them.
        Carrier,
        /// Keeping the audio.
        Storage,
    }
    /// How far a voicemail has got.
    DeliveryStatus = "domain::script::DeliveryStatus" {
        /// Not decided yet.
        NotSent,
        /// Held until a later instant.
        Held,
        /// The campaign ended while it was held.
        Lapsed,
        /// A rule forbids it.
        Blocked,
        /// With the carrier, or on the way there.
        Queued,
        /// Nobody knows.
        InDoubt,
        /// On its way.
        Sent,
        /// Not left in the mailbox.
        Failed,
        /// In the mailbox.
        Delivered,
        /// Played.
        Listened,
    }
    /// What the last compliance decision said.
    Verdict = "projections::VerdictCode" {
        /// It may be handed over.
        Cleared,
        /// Not yet.
        HeldUntil,
        /// Never.
        Blocked,
    }
    /// What the analytics count.
    Outcome = "projections::Outcome" {
        /// Handed to the carrier, or about to be.
        Attempted,
        /// Left in the mailbox.
        Delivered,
        /// Played.
        Listened,
        /// Not left.
        Failed,
    }
    /// What follows from a failure.
    FailureClass = "domain::script::FailureClass" {
        /// This recipient will not get it.
        Final,
        /// Another time of day may do.
        Later,
        /// The number must never be contacted again.
        Suppress,
        /// The campaign pauses until somebody has acted.
        PausesCampaign,
        /// Our request or settings are wrong.
        Configuration,
        /// The number can't be reached at all.
        BadNumber,
        /// It was certainly not sent.
        NotSent,
    }
    /// How old the version of a list is. A federal list may not be used when it is older than 31 days (16 CFR 310.4(b)(3)(iv)).
    ListAge = "domain::suppression::ListAge" {
        /// Less than 25 days.
        Fresh,
        /// 25 days or more: time for a new version.
        Ageing,
        /// 30 days or more: the last day.
        Expiring,
        /// More than 31 days, to the second.
        Stale,
    }
    /// A kind of suppression list.
    ListKind = "domain::suppression::ListKind" {
        /// The organization's own.
        Internal,
        /// The national registry.
        FederalDnc,
        /// A state's registry.
        StateDnc,
        /// Known litigators.
        Litigator,
        /// Numbers that changed hands.
        Reassigned,
    }
}

/// What an API token may do.
#[derive(Debug, Enum, Copy, Clone, Eq, PartialEq)]
pub enum TokenScope {
    /// Ask.
    Read,
    /// Ask and change, as far as its owner may.
    Write,
}

/// Days of the week.
#[derive(Debug, Enum, Copy, Clone, Eq, PartialEq)]
#[graphql(remote = "chrono::Weekday")]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}
