//! Where scheduled exports are written: a folder, or an object store.

use std::path::Path as Folder;
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, WriteMultipart};

use super::{BrokenOff, Running};

/// Bytes of a file that are sent at once: as many as the object stores ask for at least, and some more.
const PART_BYTES: usize = 8 * 1024 * 1024;
/// Parts under way at once.
const PARTS: usize = 2;

/// A place for files. Each is there whole or not at all.
#[derive(Debug, Clone)]
pub struct Destination {
    store: Arc<dyn ObjectStore>,
    base: Path,
}

/// What can go wrong with a destination.
#[derive(Debug, thiserror::Error)]
pub enum DestinationError {
    /// It is not one.
    #[error("must be a folder, or an address that begins with {SCHEMES} (got {0:?})")]
    Address(String),
    /// The folder cannot be made.
    #[error("the folder cannot be made")]
    Folder(#[source] std::io::Error),
    /// The place refuses, or does not answer.
    #[error("the destination refuses")]
    Store(#[from] object_store::Error),
    /// What is to be written there broke off.
    #[error(transparent)]
    Export(#[from] BrokenOff),
}

#[cfg(feature = "clouds")]
const SCHEMES: &str = "s3://, gs:// or az://";
#[cfg(not(feature = "clouds"))]
const SCHEMES: &str = "nothing like ://, as this program was built without object stores";

impl Destination {
    /// Opens a folder, which is made if it is missing, or `s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX`, `az://CONTAINER/PREFIX`.
    /// Credentials of the latter come from the environment variables that their own tools read.
    ///
    /// # Errors
    /// [`DestinationError`], where it is none of these or its settings are not whole. Nothing is written.
    pub fn open(address: &str) -> Result<Self, DestinationError> {
        match address.split_once("://") {
            None if address.is_empty() => Err(DestinationError::Address(address.to_owned())),
            None => Self::folder(Folder::new(address)),
            Some((scheme, rest)) => {
                let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
                let unknown = || DestinationError::Address(address.to_owned());
                if bucket.is_empty() {
                    return Err(unknown());
                }
                let base = Path::parse(prefix.trim_matches('/')).map_err(|_| unknown())?;
                let store = cloud(scheme, bucket)?.ok_or_else(unknown)?;
                Ok(Self { store, base })
            }
        }
    }

    fn folder(folder: &Folder) -> Result<Self, DestinationError> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        // Calls are in it: nobody else may look.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(DestinationError::Folder)?;
        let store = LocalFileSystem::new_with_prefix(folder)?
            .with_fsync(true)
            .with_automatic_cleanup(true);
        Ok(Self {
            store: Arc::new(store),
            base: Path::default(),
        })
    }

    /// Writes a file; one that was there is replaced once the new one is whole.
    pub(super) async fn put(
        &self,
        path: &str,
        mut running: Running,
    ) -> Result<(), DestinationError> {
        let upload = self.store.put_multipart(&self.at(path)).await?;
        let mut file = WriteMultipart::new_with_chunk_size(upload, PART_BYTES);
        while let Some(part) = running.next().await {
            match part {
                Ok(part) => {
                    if let Err(error) = file.wait_for_capacity(PARTS).await {
                        file.abort().await.ok();
                        return Err(error.into());
                    }
                    file.put(part.bytes);
                }
                Err(error) => {
                    file.abort().await?;
                    return Err(error.into());
                }
            }
        }
        file.finish().await?;
        Ok(())
    }

    /// Deletes a file; that there is none is well, too.
    pub(super) async fn delete(&self, path: &str) -> Result<(), DestinationError> {
        match self.store.delete(&self.at(path)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn at(&self, path: &str) -> Path {
        // The parts are ids and days.
        path.split('/').fold(self.base.clone(), Path::join)
    }
}

/// The object store of a scheme; none where the scheme is not known.
#[cfg(feature = "clouds")]
fn cloud(scheme: &str, bucket: &str) -> Result<Option<Arc<dyn ObjectStore>>, object_store::Error> {
    use object_store::aws::AmazonS3Builder;
    use object_store::azure::MicrosoftAzureBuilder;
    use object_store::gcp::GoogleCloudStorageBuilder;

    Ok(match scheme {
        "s3" => {
            let builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
            Some(Arc::new(builder.build()?))
        }
        "gs" => {
            let builder = GoogleCloudStorageBuilder::from_env().with_bucket_name(bucket);
            Some(Arc::new(builder.build()?))
        }
        "az" => {
            let builder = MicrosoftAzureBuilder::from_env().with_container_name(bucket);
            Some(Arc::new(builder.build()?))
        }
        _ => None,
    })
}

#[cfg(not(feature = "clouds"))]
fn cloud(_: &str, _: &str) -> Result<Option<Arc<dyn ObjectStore>>, object_store::Error> {
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_destination() {
        for address in ["", "s3://", "ftp://host/path", "gs:///a", "s3://b/a//b"] {
            let error = Destination::open(address).unwrap_err();
            assert!(
                matches!(error, DestinationError::Address(_)),
                "{address}: {error}"
            );
        }
    }
}
