package mappertest

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

const region = "us-east-1"

// Env is a DynamoDB without tables and a KMS with one key, of one test. Use
// [New]. All methods are safe for concurrent use; those that end the test if
// something is wrong belong in its own goroutine.
type Env struct {
	t         testing.TB
	db        *memdb.DB
	tap       *wiretap.Tap // in front of both services
	key       string
	encryptor *crypto.Encryptor
}

// New returns an environment for the test t. Environments share nothing, so
// that tests may run in parallel. Nothing has to be closed.
func New(t testing.TB) *Env {
	t.Helper()
	db, keys := memdb.New(), memkms.New()
	encryptor, err := newEncryptor()
	if err != nil {
		t.Fatalf("mappertest: %v", err)
	}
	return &Env{t: t, db: db, tap: wiretap.New(router{db, keys}), key: keys.CreateKey(region), encryptor: encryptor}
}

func newEncryptor() (*crypto.Encryptor, error) {
	key := make([]byte, 64)
	_, _ = rand.Read(key) // never fails
	wrapping, err := cmp.NewAESKey(key[:32])
	if err != nil {
		return nil, err
	}
	signing, err := cmp.NewHMACKey("HmacSHA256", key[32:])
	if err != nil {
		return nil, err
	}
	provider, err := cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Signing: signing})
	if err != nil {
		return nil, err
	}
	return crypto.NewEncryptor(provider), nil
}

// router sends requests to the service that they are for.
type router struct{ db, kms aws.HTTPClient }

func (r router) Do(req *http.Request) (*http.Response, error) {
	if strings.HasPrefix(req.Header.Get("X-Amz-Target"), "TrentService.") { // KMS
		return r.kms.Do(req)
	}
	return r.db.Do(req)
}

// Config returns a configuration for programs that build their own clients, by
// dynamodb.NewFromConfig and kms.NewFromConfig. Its Region is us-east-1; KMS has
// no keys in others. Requests to another service than these two fail.
func (e *Env) Config() aws.Config {
	return aws.Config{
		Region:      region,
		Credentials: credentials.NewStaticCredentialsProvider("mappertest", "mappertest", ""),
		HTTPClient:  e.tap,
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
				o.RateLimiter = ratelimit.None
			})
		},
	}
}

// DynamoDB returns a client of the DynamoDB of the environment. The options are
// those of dynamodb.NewFromConfig.
func (e *Env) DynamoDB(options ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.NewFromConfig(e.Config(), options...)
}

// KMS returns a client of the KMS of the environment, for cmp.NewKMS for example.
// The options are those of kms.NewFromConfig.
func (e *Env) KMS(options ...func(*kms.Options)) *kms.Client {
	return kms.NewFromConfig(e.Config(), options...)
}

// KMSKey returns the ARN of a symmetric key of the KMS of the environment.
func (e *Env) KMSKey() string { return e.key }

// Encryptor returns the encryptor of the environment: a Wrapped provider with
// random AES and HMAC keys of its own, that needs no KMS. It is the same at each
// call; that of another environment cannot read its items.
func (e *Env) Encryptor() *crypto.Encryptor { return e.encryptor }

// Items returns a copy of all items of a table, given by name or ARN, as they are
// stored, in the order of a scan. It is no request, so it is not counted and never
// fails as [Env.Fail] wants. An unknown table ends the test.
func (e *Env) Items(table string) []map[string]types.AttributeValue {
	e.t.Helper()
	return e.db.Items(e.name(table))
}

// Replace stores item as it is, in place of the one with the same key if there is
// one: what somebody with write access to the table could have done. It is no
// request. An unknown table and an item without the keys of the table end the
// test.
func (e *Env) Replace(table string, item map[string]types.AttributeValue) {
	e.t.Helper()
	if err := e.db.Replace(e.name(table), item); err != nil {
		e.t.Fatalf("mappertest: %s", strings.TrimPrefix(err.Error(), "memdb: "))
	}
}

// name returns the name of a table that is there.
func (e *Env) name(table string) string {
	e.t.Helper()
	out, err := e.db.Client().DescribeTable(context.Background(), &dynamodb.DescribeTableInput{TableName: &table})
	if err != nil {
		e.t.Fatalf("mappertest: there is no table %q, create it first: %v", table, err)
	}
	return *out.Table.TableName
}
