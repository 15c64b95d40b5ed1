package client

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Operations that write or read items in ways that cannot be protected, or that can
// be told to look into them.

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

// exportTable checks the filter of an export, which is like that of a Query. What is
// exported stays encrypted.
func (c *core) exportTable(ctx context.Context, op string, in *dynamodb.ExportTableToPointInTimeInput) (*exchange[dynamodb.ExportTableToPointInTimeInput, dynamodb.ExportTableToPointInTimeOutput], error) {
	x := &exchange[dynamodb.ExportTableToPointInTimeInput, dynamodb.ExportTableToPointInTimeOutput]{in: in}
	filter := in.FilterSpecification
	if filter == nil {
		return x, nil
	}
	t, err := c.tables.get(ctx, op, "TableArn", aws.ToString(in.TableArn))
	if err != nil || t == nil {
		return x, err
	}
	e := expressions{op: op, prefix: "FilterSpecification.", table: t, names: filter.ExpressionAttributeNames, values: filter.ExpressionAttributeValues}
	if _, err := e.condition("KeyConditionExpression", filter.KeyConditionExpression); err != nil {
		return nil, err
	}
	if _, err := e.condition("FilterExpression", filter.FilterExpression); err != nil {
		return nil, err
	}
	if filter.ProjectionExpression != nil {
		return nil, e.refused("ProjectionExpression", "", "an item of which signed attributes are missing does not verify", "export whole items")
	}
	return x, e.finish()
}

// updateTimeToLive refuses an encrypted attribute: no item would ever expire.
func (c *core) updateTimeToLive(_ context.Context, op string, in *dynamodb.UpdateTimeToLiveInput) (*exchange[dynamodb.UpdateTimeToLiveInput, dynamodb.UpdateTimeToLiveOutput], error) {
	x := &exchange[dynamodb.UpdateTimeToLiveInput, dynamodb.UpdateTimeToLiveOutput]{in: in}
	if in.TimeToLiveSpecification == nil || !aws.ToBool(in.TimeToLiveSpecification.Enabled) {
		return x, nil
	}
	name, err := c.tables.normalize(op, "TableName", aws.ToString(in.TableName))
	if err != nil {
		return nil, err
	}
	attribute := aws.ToString(in.TimeToLiveSpecification.AttributeName)
	if actions, ok := c.tables.actions(name); ok && actions.Action(attribute) == crypto.EncryptAndSign {
		return nil, &RefusedError{Op: op, Table: name, Parameter: "TimeToLiveSpecification.AttributeName", Attribute: attribute,
			Reason: "it is encrypted, so DynamoDB cannot see when items expire", Advice: "make its action sign"}
	}
	return x, nil
}
