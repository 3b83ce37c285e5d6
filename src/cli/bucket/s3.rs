//! Requests to a bucket. Each function has a runtime of its own and returns when it is done: nothing beyond this file is asynchronous.

use std::fs::{self, File};
use std::future::Future;
use std::io::Write;
use std::path::Path;

use gatecap::issue::Issue;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Key;
use object_store::{Error, ListResult, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use tokio::runtime::Runtime;

use super::{Place, Put};

/// Bytes that are fetched at once.
const PIECE: u64 = 8 << 20;
/// What files of shards end in.
const ENDING: &str = ".gatecap";

/// A bucket, and the thread that waits for its answers.
struct Bucket<'a> {
    place: &'a Place,
    store: AmazonS3,
    runtime: Runtime,
}

impl Bucket<'_> {
    fn of(place: &Place) -> Result<Bucket<'_>, Issue> {
        // Fails where one is installed already, which is this one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = AmazonS3Builder::from_env().with_bucket_name(&place.bucket);
        let store = builder.build().map_err(|error| refused(place, "", &error))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Issue::new(format!("cannot reach `{}`: {error}", place.of(""))))?;
        Ok(Bucket { place, store, runtime })
    }

    /// What lies at the place itself.
    fn listed(&self) -> Result<ListResult, Issue> {
        let prefix = Key::from(self.place.prefix.as_str());
        let prefix = (!self.place.prefix.is_empty()).then_some(&prefix);
        self.wait(self.store.list_with_delimiter(prefix)).map_err(|error| refused(self.place, "", &error))
    }

    fn wait<T>(&self, request: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        self.runtime.block_on(request)
    }
}

const NOT_THERE: &str = "is the bucket's name right, and AWS_REGION its Region?";

/// What a bucket answered, in one line, and what to look at.
fn refused(place: &Place, name: &str, error: &Error) -> Issue {
    let text = error.to_string();
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(400).collect();
    let issue = Issue::new(format!("cannot use `{}`: {line}", place.of(name)));
    issue.hint(match error {
        Error::NotFound { .. } => NOT_THERE,
        // A listing is answered so, in the words of S3.
        Error::Generic { .. } if error.to_string().contains("NoSuchBucket") => NOT_THERE,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            "the credentials need s3:PutObject, s3:GetObject and s3:ListBucket there"
        }
        _ => "give AWS_REGION and credentials in the environment, or a role to the task, the pod or the instance",
    })
}

/// Puts a file into a bucket under a name that nobody has there.
pub fn put(place: &Place, name: &str, file: &Path) -> Result<Put, Issue> {
    let unreadable = |error| Issue::new(format!("cannot read `{}`: {error}", file.display()));
    let bytes = fs::read(file).map_err(unreadable)?;
    let bucket = Bucket::of(place)?;
    let key = Key::from(place.key(name));
    match bucket.wait(bucket.store.put_opts(&key, PutPayload::from(bytes), PutMode::Create.into())) {
        Ok(_) => Ok(Put::Done),
        Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(Put::WasThere),
        Err(error) => Err(refused(place, name, &error)),
    }
}

/// Fetches a file into `to`; whether it is there.
pub fn get(place: &Place, name: &str, to: &Path) -> Result<bool, Issue> {
    let bucket = Bucket::of(place)?;
    let key = Key::from(place.key(name));
    match bucket.wait(bucket.store.head(&key)) {
        Ok(there) => written(&bucket, &there, to).map(|()| true),
        // That may be the bucket: better told before anything is simulated than after it.
        Err(Error::NotFound { .. }) => bucket.listed().map(|_| false),
        Err(error) => Err(refused(place, name, &error)),
    }
}

/// Fetches all shards that lie at the place itself into a folder.
pub fn fetch(place: &Place, folder: &Path) -> Result<(), Issue> {
    let bucket = Bucket::of(place)?;
    let found = bucket.listed()?;
    let shards: Vec<&ObjectMeta> =
        found.objects.iter().filter(|there| there.location.as_ref().ends_with(ENDING)).collect();
    if shards.is_empty() {
        let issue = Issue::new(format!("`{}` holds no shard", place.of("")));
        return Err(issue.hint("`gatecap sweep SCENARIO --shard K/N --out s3://BUCKET/PREFIX` puts them there"));
    }
    shards.iter().try_for_each(|there| match there.location.filename() {
        Some(name) => written(&bucket, there, &folder.join(name)),
        None => Ok(()),
    })
}

/// Writes what is there to a file, piece by piece, under its name when it is whole.
fn written(bucket: &Bucket<'_>, there: &ObjectMeta, to: &Path) -> Result<(), Issue> {
    let name = there.location.filename().unwrap_or_default();
    let unwritable = |error| Issue::new(format!("cannot write `{}`: {error}", to.display()));
    to.parent().map_or(Ok(()), fs::create_dir_all).map_err(unwritable)?;
    let part = to.with_extension("gatecap-part");
    let mut file = File::create(&part).map_err(unwritable)?;
    let mut at = 0;
    while at < there.size {
        let end = (at + PIECE).min(there.size);
        let piece = bucket.wait(bucket.store.get_range(&there.location, at..end));
        let piece = piece.map_err(|error| refused(bucket.place, name, &error))?;
        file.write_all(&piece).map_err(unwritable)?;
        at = end;
    }
    drop(file);
    fs::rename(&part, to).map_err(unwritable)
}
