use crate::diagnostic::{Edit, Fix};
use crate::model::tools::effects::account;
use crate::rules::DockerfileCx;
use crate::rules::commands::commands;

/// `useradd` enters the user into a log that is as long as the ID is high.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for it in commands(model).filter(|it| it.command.name == "useradd") {
        let Some(account) = account(it.command).filter(|account| !account.group && !account.no_log_init) else {
            continue;
        };
        let Some(id) = account.id.and_then(|id| id.parse::<u64>().ok()).filter(|id| *id > 99_999) else { continue };
        let fix = Fix::safe("keep the log out of it", vec![Edit::insert(it.command.name_span.end, " -l")]);
        cx.report(
            it.command.name_span,
            format!("`useradd` with the ID {id} writes a huge `/var/log/lastlog` and `/var/log/faillog`"),
        )
        .note("add `-l` (`--no-log-init`)")
        .fix((!it.script.json).then_some(fix));
    }
}
