package interop

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

// kms asks the Region of the key's ARN, or else that of the endpoint.
func (p Provider) kms() (cmp.Provider, error) {
	if p.KMS == nil {
		return nil, fmt.Errorf("the provider has no KMS endpoint: %w", cmp.ErrConfig)
	}
	// The requested algorithms are also those that are accepted, so it takes the description to read as well.
	return cmp.NewKMSFromConfig(p.KMS.config(), p.KeyID, cmp.WithDescription(p.Description), cmp.WithGrantTokens(p.GrantTokens...))
}

// mostRecent is a new provider each time: it finds nothing cached.
func (p Provider) mostRecent() (cmp.Provider, error) {
	store, err := p.Store.open()
	if err != nil {
		return nil, err
	}
	return cmp.NewMostRecent(store, p.MaterialName, time.Duration(p.TTLMillis)*time.Millisecond)
}

func (s *Store) open() (*metastore.Store, error) {
	if s == nil {
		return nil, fmt.Errorf("the provider has no store: %w", cmp.ErrConfig)
	}
	inner, err := s.Provider.provider(role{seals: true, opens: true})
	if err != nil {
		return nil, fmt.Errorf("provider of the store: %w", err)
	}
	return metastore.New(s.DynamoDB.dynamoDB(), s.Table, crypto.NewEncryptor(inner, crypto.WithLogger(slog.New(slog.DiscardHandler))))
}

// Manage does what a request asks about a store.
func (l Library) Manage(ctx context.Context, request Request) (version int64, err error) {
	store, err := request.Provider.Store.open()
	if err != nil {
		return 0, fmt.Errorf("interop: %w", err)
	}
	switch request.Op {
	case OpCreateStore:
		_, err = metastore.CreateTable(ctx, request.Provider.Store.DynamoDB.dynamoDB(), request.Provider.Store.Table)
	case OpRotate:
		_, version, err = store.NewProvider(ctx, request.Provider.MaterialName)
	case OpMaxVersion:
		version, err = store.MaxVersion(ctx, request.Provider.MaterialName)
	default:
		err = fmt.Errorf("op %q is not one on a store", request.Op)
	}
	if err != nil {
		return 0, fmt.Errorf("interop: %w", err)
	}
	return version, nil
}

func (e Endpoint) dynamoDB() *dynamodb.Client { return dynamodb.NewFromConfig(e.config()) }

// config is that of SDK clients for the endpoint.
func (e Endpoint) config() aws.Config {
	return aws.Config{
		Region:       e.Region,
		BaseEndpoint: &e.URL,
		Credentials:  credentials.NewStaticCredentialsProvider(e.AccessKey, "secret", ""),
		// One for all, so that connections are reused.
		HTTPClient: http.DefaultClient,
	}
}
