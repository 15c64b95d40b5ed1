package client

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ddbcrypt/ddbcrypt/internal/partiql"
)

func (c *core) executeStatement(_ context.Context, op string, in *dynamodb.ExecuteStatementInput) (*exchange[dynamodb.ExecuteStatementInput, dynamodb.ExecuteStatementOutput], error) {
	return &exchange[dynamodb.ExecuteStatementInput, dynamodb.ExecuteStatementOutput]{in: in}, c.checkStatement(op, "Statement", in.Statement)
}

func (c *core) batchExecuteStatement(_ context.Context, op string, in *dynamodb.BatchExecuteStatementInput) (*exchange[dynamodb.BatchExecuteStatementInput, dynamodb.BatchExecuteStatementOutput], error) {
	for i, statement := range in.Statements {
		if err := c.checkStatement(op, fmt.Sprintf("Statements[%d].Statement", i), statement.Statement); err != nil {
			return nil, err
		}
	}
	return &exchange[dynamodb.BatchExecuteStatementInput, dynamodb.BatchExecuteStatementOutput]{in: in}, nil
}

func (c *core) executeTransaction(_ context.Context, op string, in *dynamodb.ExecuteTransactionInput) (*exchange[dynamodb.ExecuteTransactionInput, dynamodb.ExecuteTransactionOutput], error) {
	for i, statement := range in.TransactStatements {
		if err := c.checkStatement(op, fmt.Sprintf("TransactStatements[%d].Statement", i), statement.Statement); err != nil {
			return nil, err
		}
	}
	return &exchange[dynamodb.ExecuteTransactionInput, dynamodb.ExecuteTransactionOutput]{in: in}, nil
}

// checkStatement refuses a PartiQL statement unless it is certain that it is about
// a table that is not protected.
func (c *core) checkStatement(op, parameter string, statement *string) error {
	if c.tables.protectNothing() {
		return nil
	}
	name, err := partiql.Table(aws.ToString(statement))
	if err != nil {
		return &RefusedError{Op: op, Parameter: parameter, Reason: "it is not certain which table the statement is about: " + err.Error(),
			Advice: "use the operations for items, or a client without encryption", err: err}
	}
	return c.refuseProtected(op, parameter, name, "PartiQL is not supported on protected tables", "use the operations for items")
}

// refuseProtected refuses what cannot be done with a protected table.
func (c *core) refuseProtected(op, parameter, nameOrARN, reason, advice string) error {
	name, protected, err := c.tables.protects(op, parameter, nameOrARN)
	if err != nil || !protected {
		return err
	}
	return &RefusedError{Op: op, Table: name, Parameter: parameter, Reason: reason, Advice: advice}
}
