package metastore

import (
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
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

// List returns the versions in the table of a store, those of one material in
// order. It decrypts nothing: whether a version verifies shows when it is read. After
// an error it ends.
func List(ctx context.Context, api ScanAPI, table string) iter.Seq2[Version, error] {
	return func(yield func(Version, error) bool) {
		if api == nil || table == "" {
			yield(Version{}, fmt.Errorf("metastore: the DynamoDB client is nil, or the table name is empty: %w", cmp.ErrConfig))
			return
		}
		pages := dynamodb.NewScanPaginator(api, &dynamodb.ScanInput{
			TableName:                &table,
			ConsistentRead:           aws.Bool(true),
			ProjectionExpression:     aws.String("#n, #v"),
			ExpressionAttributeNames: map[string]string{"#n": nameKey, "#v": versionKey},
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(Version{}, fmt.Errorf("metastore: list table %q: %w: %w", table, cmp.ErrKeyUnavailable, err))
				return
			}
			for _, item := range page.Items {
				name, ok := item[nameKey].(*types.AttributeValueMemberS)
				number, err := versionNumber(item)
				if !ok && err == nil {
					err = fmt.Errorf("%w: attribute %q of a version is missing or no string", cmp.ErrCorrupt, nameKey)
				}
				if err != nil {
					yield(Version{}, fmt.Errorf("metastore: list table %q: %w", table, err))
					return
				}
				if !yield(Version{name.Value, number}, nil) {
					return
				}
			}
		}
	}
}
