use aftercall_store::testing::TestDb;
use aftercall_store::{Role, StoreError, on_both};
use jiff::SignedDuration;

on_both!(
    a_secret_opens,
    uses_are_noted,
    a_key_taken_back,
    the_first_key_is_made_once,
    only_the_programs_own_keys_are_renewed
);

async fn a_secret_opens(db: TestDb) {
    let made = db.store.create_key("ingest", Role::Intake).await.unwrap();
    assert!(
        made.secret.starts_with("sk_") && made.secret.len() == 67,
        "{}",
        made.secret
    );
    assert!(made.secret.starts_with(&made.key.prefix) && made.key.prefix.len() < 12);
    let found = db.store.find_key(&made.secret).await.unwrap();
    assert_eq!(found.as_ref(), Some(&made.key));
    assert_eq!(
        (made.key.role, made.key.last_used_at, made.key.revoked_at),
        (Role::Intake, None, None)
    );
    for wrong in [
        "",
        "sk_",
        &made.secret[1..],
        &made.secret.to_uppercase(),
        "sk_\0",
    ] {
        assert_eq!(db.store.find_key(wrong).await.unwrap(), None, "{wrong:?}");
    }
    let other = db.store.create_key("ingest", Role::Intake).await.unwrap();
    assert_ne!(other.secret, made.secret);
    let names: Vec<_> = db
        .store
        .list_keys()
        .await
        .unwrap()
        .into_iter()
        .map(|key| key.id)
        .collect();
    assert_eq!(names.len(), 2);
}

async fn uses_are_noted(db: TestDb) {
    let made = db.store.create_key("k", Role::Viewer).await.unwrap();
    let start = db.store.now();
    db.store.touch_key(&made.key).await.unwrap();
    let used = db.store.find_key(&made.secret).await.unwrap().unwrap();
    assert_eq!(used.last_used_at, Some(start));
    db.clock.advance(SignedDuration::from_secs(59));
    db.store.touch_key(&used).await.unwrap();
    assert_eq!(
        db.store.list_keys().await.unwrap()[0].last_used_at,
        Some(start)
    );
    db.clock.advance(SignedDuration::from_secs(1));
    db.store.touch_key(&used).await.unwrap();
    assert_eq!(
        db.store.list_keys().await.unwrap()[0].last_used_at,
        Some(db.store.now())
    );
}

async fn a_key_taken_back(db: TestDb) {
    let made = db.store.create_key("k", Role::Admin).await.unwrap();
    let revoked = db.store.revoke_key(&made.key.id).await.unwrap();
    assert_eq!(revoked.revoked_at, Some(db.store.now()));
    assert_eq!(db.store.find_key(&made.secret).await.unwrap(), None);
    db.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(db.store.revoke_key(&made.key.id).await.unwrap(), revoked);
    assert_eq!(db.store.list_keys().await.unwrap(), [revoked]);
    let error = db.store.revoke_key("0").await.unwrap_err();
    assert!(
        matches!(error, StoreError::Missing { what: "Key", .. }),
        "{error:?}"
    );
}

async fn the_first_key_is_made_once(db: TestDb) {
    let other = db.another_store().await;
    let (a, b) = tokio::join!(
        db.store.create_first_key("admin"),
        other.create_first_key("admin")
    );
    let made: Vec<_> = [a.unwrap(), b.unwrap()].into_iter().flatten().collect();
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].key.role, Role::Admin);
    assert_eq!(db.store.create_first_key("admin").await.unwrap(), None);
    assert_eq!(db.store.list_keys().await.unwrap().len(), 1);
}

async fn only_the_programs_own_keys_are_renewed(db: TestDb) {
    let users = db.store.create_key("samples", Role::Admin).await.unwrap();
    let first = db
        .store
        .renew_own_key("samples", Role::Admin)
        .await
        .unwrap();
    let other = db.store.renew_own_key("other", Role::Admin).await.unwrap();
    let second = db
        .store
        .renew_own_key("samples", Role::Admin)
        .await
        .unwrap();
    for (key, good) in [
        (&users, true),
        (&first, false),
        (&other, true),
        (&second, true),
    ] {
        let found = db.store.find_key(&key.secret).await.unwrap();
        assert_eq!(found.is_some(), good, "{}", key.key.name);
    }
    let error = db.store.create_key(&second.key.name, Role::Admin).await;
    assert!(
        matches!(error, Err(StoreError::Refused(_))),
        "nobody else may have such a name"
    );
}
