//! Which prompts list their answers, and which do not.

use aftercall_core::prompt_facts::listed_options;

#[test]
fn lists() {
    for (prompt, expected) in [
        (
            "What was the outcome? Options: resolved, escalated, callback",
            "resolved|escalated|callback",
        ),
        (
            "What was the outcome? Options: resolved, escalated, callback. Leave empty if unsure.",
            "resolved|escalated|callback",
        ),
        (
            "Outcome of the call (options: sale, no sale, callback)",
            "sale|no sale|callback",
        ),
        (
            "The mood (one of: happy, neutral or angry)",
            "happy|neutral|angry",
        ),
        (
            "The mood (one of happy, neutral, or angry)",
            "happy|neutral|angry",
        ),
        (
            "How did it end? Answer with: won / lost / open",
            "won|lost|open",
        ),
        (
            "How did it end? Possible values are won, lost and open.",
            "won|lost|open",
        ),
        ("Allowed values: \"A\", \"B\" and \"C\"", "A|B|C"),
        (
            "Topic. Categories: new order, terms and conditions",
            "new order|terms and conditions",
        ),
        (
            "Topic. Categories: billing, delivery, terms and conditions, and other",
            "billing|delivery|terms and conditions|other",
        ),
        ("Was it solved? Answer yes or no.", "yes|no"),
        (
            "Was it solved? Answer with yes, no or unclear.",
            "yes|no|unclear",
        ),
        ("Was it solved (yes/no)?", "yes|no"),
        ("Was it solved? Yes or no.", "Yes|no"),
        ("Was it solved? Yes, no or unclear?", "Yes|no|unclear"),
        (
            "True or false: the caller agreed to the price",
            "True|false",
        ),
        ("Was it solved? Answer yes / no / N/A", "yes|no|N/A"),
        (
            "Classify the call as billing, delivery or other.",
            "billing|delivery|other",
        ),
        ("Rate the mood as low, medium or high", "low|medium|high"),
        (
            "Who hung up? Choose from agent, caller or both.",
            "agent|caller|both",
        ),
        ("Who hung up? Choose one: agent, caller", "agent|caller"),
        (
            "State of the order [open | shipped | lost]",
            "open|shipped|lost",
        ),
        (
            "Lead quality (\"hot\", \"warm\", \"cold\")",
            "hot|warm|cold",
        ),
        (
            "Outcome. Options: sold (order placed), lost (declined), open",
            "sold|lost|open",
        ),
        (
            "Outcome. Options:\n- sold: an order was placed\n- lost\n* open (undecided)\nAnswer briefly.",
            "sold|lost|open",
        ),
        (
            "Outcome. Use one of the following:\n1. sold\n2) lost",
            "sold|lost",
        ),
        ("Priority. Options: 1, 2, 3", "1|2|3"),
        ("Priority. Valid options: Low, low, high", "Low|high"),
        (
            "Result. Options: wrong number, voicemail, answered",
            "wrong number|voicemail|answered",
        ),
        (
            "Options: billing/payment, technical, other",
            "billing/payment|technical|other",
        ),
        (
            "Say \"won\" or \"lost\" depending on the outcome",
            "won|lost",
        ),
    ] {
        let found = listed_options(prompt).map(|o| o.join("|"));
        assert_eq!(found.as_deref(), Some(expected), "{prompt}");
    }
}

#[test]
fn no_lists() {
    for prompt in [
        "What is the caller's name?",
        "Did the agent make a booking (room, table, train or taxi)?",
        "What amount (balance or transfer) was named?",
        "What options are available, and which did the caller choose?",
        "What options did the agent offer: cheap or fast?x y z a b c d e f",
        "Which topic came up? Options: billing, delivery, etc.",
        "Which topic came up? Options: billing, delivery...",
        "Which topic came up? Options: bïlling, dëlivery, …é",
        "Which topic came up? Options: billing, delivery, e.g. a parcel",
        "Which topic came up, such as billing or delivery?",
        "Was it one of our regular, long-standing customers?",
        "What is the address (city/state/zip)?",
        "When is the appointment (DD/MM/YYYY)?",
        "Return the name or null.",
        "Return full name or empty",
        "Answer with a number or null.",
        "Say if the caller or the agent hung up.",
        "Answer true if the caller agreed, or false otherwise.",
        "Reply with name, date and amount.",
        "Summarise the call: what was asked, what was agreed, and what comes next.",
        "Answer with N/A if there was no order.",
        "Note: the agent may say anything, or nothing.",
        "Did the caller answer yes or no?",
        "Yes if the caller agreed, no otherwise.",
        "Did the agent mark the ticket as urgent or closed?",
        "What did the caller choose: red or blue paint?",
        "List the products that were named, separated by commas.",
        "Did the agent choose between a refund and a credit?",
        "Write a short summary of the problem and the solution or the next step.",
        "",
    ] {
        assert_eq!(listed_options(prompt), None, "{prompt}");
    }
}
