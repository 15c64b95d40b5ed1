package metastore

import (
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// ScanAPI is what [List] asks of a *dynamodb.Client.
type ScanAPI interface {
	Scan(ctx context.Context, input *dynamodb.ScanInput, options ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
}

// Version names a version of a material.
type Version struct {
	MaterialName string
	Number       int64
}

// QueryAPI is what [Versions] asks of a *dynamodb.Client.
type QueryAPI interface {
	Query(ctx context.Context, input *dynamodb.QueryInput, options ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// List returns the versions in the table of a store, those of one material in
// order. It decrypts nothing: whether a version verifies shows when it is read. A row
// that cannot be a version is a [cmp.ErrCorrupt] with the name of its material, if it
// has one, and the number -1; the others follow. After a failure of the service,
// which is a [cmp.ErrKeyUnavailable], it ends.
func List(ctx context.Context, api ScanAPI, table string) iter.Seq2[Version, error] {
	if api == nil {
		return noTable
	}
	return rows(table, func() pager {
		pages := dynamodb.NewScanPaginator(api, &dynamodb.ScanInput{
			TableName:                &table,
			ConsistentRead:           aws.Bool(true),
			ProjectionExpression:     aws.String("#n, #v"),
			ExpressionAttributeNames: map[string]string{"#n": nameKey, "#v": versionKey},
		})
		return pager{pages.HasMorePages, func() ([]crypto.Item, error) {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			return page.Items, nil
		}}
	})
}

// Versions is [List] for one material. It needs only dynamodb:Query.
func Versions(ctx context.Context, api QueryAPI, table, materialName string) iter.Seq2[Version, error] {
	if api == nil {
		return noTable
	}
	return rows(table, func() pager {
		pages := dynamodb.NewQueryPaginator(api, &dynamodb.QueryInput{
			TableName:                 &table,
			ConsistentRead:            aws.Bool(true),
			KeyConditionExpression:    aws.String("#n = :n"),
			ProjectionExpression:      aws.String("#n, #v"),
			ExpressionAttributeNames:  map[string]string{"#n": nameKey, "#v": versionKey},
			ExpressionAttributeValues: crypto.Item{":n": &types.AttributeValueMemberS{Value: materialName}},
		})
		return pager{pages.HasMorePages, func() ([]crypto.Item, error) {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			return page.Items, nil
		}}
	})
}

// pager is a paginator of the SDK.
type pager struct {
	more func() bool
	next func() ([]crypto.Item, error)
}

func noTable(yield func(Version, error) bool) {
	yield(Version{}, fmt.Errorf("metastore: the DynamoDB client is nil: %w", cmp.ErrConfig))
}

// rows reads the versions of all pages.
func rows(table string, start func() pager) iter.Seq2[Version, error] {
	return func(yield func(Version, error) bool) {
		if table == "" {
			yield(Version{}, fmt.Errorf("metastore: the table name is empty: %w", cmp.ErrConfig))
			return
		}
		for pages := start(); pages.more(); {
			items, err := pages.next()
			if err != nil {
				err = fmt.Errorf("%w: %w", cmp.ErrKeyUnavailable, err)
				if what := advice(err); what != "" {
					err = fmt.Errorf("%w; %s", err, what)
				}
				yield(Version{}, fmt.Errorf("metastore: list table %q: %w", table, err))
				return
			}
			for _, item := range items {
				version, err := rowVersion(item)
				if err != nil {
					err = fmt.Errorf("metastore: list table %q: %w", table, err)
				}
				if !yield(version, err) {
					return
				}
			}
		}
	}
}

func rowVersion(item crypto.Item) (Version, error) {
	name, ok := item[nameKey].(*types.AttributeValueMemberS)
	if !ok || name == nil {
		return Version{Number: -1}, fmt.Errorf("%w: a row has no attribute %q of type S: is it the table of a MetaStore?", cmp.ErrCorrupt, nameKey)
	}
	number, err := versionNumber(item)
	if err != nil {
		return Version{name.Value, -1}, fmt.Errorf("material %q: %w", name.Value, err)
	}
	return Version{name.Value, number}, nil
}
