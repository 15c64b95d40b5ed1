// Package crypto is a stub of ddbcrypt's.
package crypto

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type Item = map[string]types.AttributeValue

type ItemEncryptor interface {
	EncryptItem(context.Context, Item) (Item, error)
}
