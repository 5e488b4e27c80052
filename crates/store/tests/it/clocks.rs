//! The clock of this machine beside that of the database.

use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use jiff::{SignedDuration, Timestamp};

on_both!(clocks_are_compared);

async fn clocks_are_compared(db: TestDb) {
    for hours in [0, 3, -3] {
        db.clock
            .set(Timestamp::now() + SignedDuration::from_hours(hours));
        let ahead = db.store.clock_difference().await.unwrap();
        if db.folder().is_some() {
            assert_eq!(ahead, None, "SQLite has no clock of its own");
            continue;
        }
        let apart = ahead.unwrap() + SignedDuration::from_hours(hours);
        assert!(apart.abs() < SignedDuration::from_mins(10), "{apart}");
    }
}
