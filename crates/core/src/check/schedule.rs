//! Cron schedules as the CronJob controller reads them (`robfig/cron` v3,
//! standard parser). <https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/>

struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    words: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field {
        name: "minute",
        least: 0,
        most: 59,
        words: &[],
    },
    Field {
        name: "hour",
        least: 0,
        most: 23,
        words: &[],
    },
    Field {
        name: "day of the month",
        least: 1,
        most: 31,
        words: &[],
    },
    Field {
        name: "month",
        least: 1,
        most: 12,
        words: &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ],
    },
    Field {
        name: "day of the week",
        least: 0,
        most: 6,
        words: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];

const SHORTHANDS: &[&str] = &[
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@midnight",
    "@hourly",
];

/// What is wrong with a schedule, if anything.
pub(super) fn fault(schedule: &str) -> Option<String> {
    if let Some(duration) = schedule.strip_prefix("@every ") {
        return (!(super::syntax::GO_DURATION.matches)(duration))
            .then(|| format!("`{duration}` is not a duration such as `1h30m`"));
    }
    if schedule.starts_with('@') {
        return (!SHORTHANDS.contains(&schedule))
            .then(|| format!("`{schedule}` is not one of {}", SHORTHANDS.join(", ")));
    }
    if schedule.starts_with("TZ=") || schedule.starts_with("CRON_TZ=") {
        return Some("Kubernetes does not allow a time zone in the schedule".to_owned());
    }
    let parts: Vec<&str> = schedule.split_whitespace().collect();
    if parts.len() != FIELDS.len() {
        return Some(format!(
            "it has {} fields instead of 5: minute, hour, day of the month, month, day of the week",
            parts.len()
        ));
    }
    FIELDS
        .iter()
        .zip(parts)
        .find_map(|(field, part)| part.split(',').find_map(|item| field.fault(item)))
}

impl Field {
    fn fault(&self, item: &str) -> Option<String> {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (item, None),
        };
        let bad_step = step.is_some_and(|step| !step.parse::<u32>().is_ok_and(|step| step > 0));
        let bad_range = match range.split_once('-') {
            _ if matches!(range, "*" | "?") => false,
            Some((from, to)) => !matches!(
                (self.number(from), self.number(to)),
                (Some(from), Some(to)) if from <= to
            ),
            None => self.number(range).is_none(),
        };
        (bad_step || bad_range).then(|| {
            format!(
                "`{item}` is not a valid {} (from {} to {})",
                self.name, self.least, self.most
            )
        })
    }

    fn number(&self, text: &str) -> Option<u32> {
        let word = text.to_ascii_lowercase();
        let number = match self.words.iter().position(|name| **name == word) {
            Some(position) => u32::try_from(position).ok()? + self.least,
            None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok()?,
            None => return None,
        };
        (self.least..=self.most).contains(&number).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn schedules() {
        for good in [
            "0 2 * * 0",
            "*/5 * * * *",
            "15 3 1-7 jan-MAR mon",
            "0,30 0-23/2 ? * 1,3",
            "@daily",
            "@every 1h30m",
            "5/15 * * * *",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in [
            "",
            "daily",
            "@dayly",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 7",
            "*/0 * * * *",
            "5-1 * * * *",
            "a * * * *",
            "TZ=UTC 0 2 * * 0",
            "@every",
            "@every 1d",
            "-1 * * * *",
            "1- * * * *",
        ] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}
