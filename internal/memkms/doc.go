// Package memkms is an in-process AWS KMS for tests and examples. It stands
// behind the real SDK client, through its HTTP client and without a socket:
//
//	k := memkms.New()
//	arn := k.CreateKey("eu-west-1")
//	client := k.Client("eu-west-1")
//
// One [KMS] is all Regions of one account. It is an http.Handler, for programs
// in other languages, an http.RoundTripper and the SDK's HTTPClient, so that
// aws.Config{HTTPClient: k} works for clients of every Region. The Region and
// the caller (the access key id) are those of the credential scope in the
// Authorization header.
//
// It is a test double, not a product: keys live in memory, and signatures are
// not checked.
//
// # What it does
//
// GenerateDataKey, Encrypt, Decrypt and ReEncrypt with symmetric keys: AES-256-GCM
// with the encryption context as authenticated data, so that a changed blob and
// another context are refused. DescribeKey, CreateKey, ReplicateKey, CreateAlias,
// UpdateAlias, EnableKey, DisableKey, ScheduleKeyDeletion and CancelKeyDeletion;
// DryRun. Key ids, key ARNs, alias names and alias ARNs; the limits on
// parameters; key states, key usage, Regions and multi-Region replicas. Errors
// have the types that KMS documents.
//
// # What tests add
//
// [KMS.Deny], [KMS.Allow] and [KMS.AddGrant] decide which caller may do what;
// everyone may do everything at first. [KMS.Inject] makes calls fail, wait, lose
// their connection or answer with another key; [KMS.SetLatency] slows down all of
// them. [KMS.Calls] tells what was called, and with which encryption context.
//
// # What it does not do
//
// Any other operation is answered with an UnknownOperationException, and any
// other member of a request with a ValidationException. Nothing is ignored
// silently. Asymmetric and HMAC keys can be made, but every cryptographic
// operation refuses them. A replica is ready at once, a key whose deletion is
// scheduled stays, and changes are seen by the next call.
package memkms
