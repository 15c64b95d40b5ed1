package client

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Data operations that write or read items in ways that cannot be protected.

func (c *core) searchVectors(_ context.Context, op string, in *dynamodb.SearchVectorsInput) (*exchange[dynamodb.SearchVectorsInput, dynamodb.SearchVectorsOutput], error) {
	return &exchange[dynamodb.SearchVectorsInput, dynamodb.SearchVectorsOutput]{in: in},
		c.refuseProtected(op, "TableName", aws.ToString(in.TableName), "its results are not verified", "use Query")
}

func (c *core) startBulkPutItems(_ context.Context, op string, in *dynamodb.StartBulkPutItemsInput) (*exchange[dynamodb.StartBulkPutItemsInput, dynamodb.StartBulkPutItemsOutput], error) {
	return &exchange[dynamodb.StartBulkPutItemsInput, dynamodb.StartBulkPutItemsOutput]{in: in},
		c.refuseProtected(op, "TableName", aws.ToString(in.TableName), "the items would be stored as they are", "use BatchWriteItem")
}

func (c *core) importTable(_ context.Context, op string, in *dynamodb.ImportTableInput) (*exchange[dynamodb.ImportTableInput, dynamodb.ImportTableOutput], error) {
	name := ""
	if in.TableCreationParameters != nil {
		name = aws.ToString(in.TableCreationParameters.TableName)
	}
	return &exchange[dynamodb.ImportTableInput, dynamodb.ImportTableOutput]{in: in},
		c.refuseProtected(op, "TableCreationParameters.TableName", name, "the items would be stored as they are in the import", "encrypt them with ddbcrypt item encrypt, and import with a client without encryption")
}
